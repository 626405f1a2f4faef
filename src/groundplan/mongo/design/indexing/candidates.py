"""Indexes that are wanted on a collection, before they are weighed against each other."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.base.decisions import Decision
from groundplan.mongo.model import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Why an index is wanted: by which access pattern, reference or lifecycle.

    `rate` is how often per second it would be used, None where nothing says it. `decision` is what was decided for
    whoever wants it; its choice is filled in once the index has a name.
    """

    by: str
    rate: float | None
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An index that is wanted on a collection; it has no name yet.

    `free` counts the leading keys whose order means nothing to whoever wants it, because all are compared by equality.
    `share` is the part of the documents that its filter leaves.
    """

    collection: str
    index: Index
    free: int
    share: float = 1.0
    claims: tuple[Claim, ...]
