"""Synthetic logical rows: one seeded source for every engine."""
