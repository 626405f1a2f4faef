"""The index advisor's rules: what a condition asks of an index, and when one index does another's work."""
