"""The judge: one snapshot of every effect, pure functions over it, and the shortest story of what went wrong."""
