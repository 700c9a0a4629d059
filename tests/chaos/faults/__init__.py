"""What is done to the system while it works: kills, pauses, cuts, stops, duplicates, poison, restores."""
