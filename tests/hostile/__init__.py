"""What strangers and crowds do to an installation: odd input, floods, slow and half-closed connections."""
