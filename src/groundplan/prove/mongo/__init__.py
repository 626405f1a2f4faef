"""Proof on mongod: collections created and read back, rules that refuse, patterns explained and timed."""
