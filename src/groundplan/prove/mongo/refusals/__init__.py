"""What MongoDB must refuse: documents that break a rule of a validator, and keys that are there already."""

from groundplan.prove.mongo.refusals.prove import prove_refusals

__all__ = ["prove_refusals"]
