"""What a schema does by itself, seen on rows: referential actions, soft deletion, triggers, upkeep."""

from groundplan.prove.behaviours.prove import prove_behaviours

__all__ = ["prove_behaviours"]
