"""Layouts: for every reference where its rows go, before documents are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Side = tuple[str, str]
"""A reference: the relation that holds it and its name there (`comments`, `post`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """The first `limit` rows by `order`, an attribute of the relation, newest first where it is a time."""

    order: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where rows are kept: every relation whole in one place, and copies beside.

    `embedded` maps a relation to the reference whose target's documents hold it; every other relation has a collection.
    `copies` maps a reference to the attributes of its target that are kept beside it, `subsets` and `counts` say what
    the target's documents keep of the rows that point at them.
    """

    embedded: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)
    subsets: Mapping[Side, Subset] = field(default_factory=dict)
    counts: frozenset[Side] = frozenset()
