"""Planted faults: each must be seen by the judge, or the judge has a hole."""
