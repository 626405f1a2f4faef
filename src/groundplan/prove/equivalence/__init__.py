"""Equivalence: both engines hold the same rows, give the same answers, and are left in the same state by writes."""
