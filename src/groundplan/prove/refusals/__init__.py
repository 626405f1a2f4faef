"""Constraints, proven by rows: for each one that violates it alone and is refused, and one beside it that is taken."""

from groundplan.prove.refusals.claims import Claim, Kind, restrict_sqlstate
from groundplan.prove.refusals.prove import prove_constraints

__all__ = ["Claim", "Kind", "prove_constraints", "restrict_sqlstate"]
