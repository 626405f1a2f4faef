"""Proof: a design is created, filled and asked on a real engine, and what the engine says is the evidence."""
