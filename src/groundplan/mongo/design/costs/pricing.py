"""The price of a whole plan under a layout, pattern by pattern; what was worked out once is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import assert_never

from groundplan.logical.facts import Facts
from groundplan.mongo.design.costs.arrangement import Arrangement, Book
from groundplan.mongo.design.costs.coefficients import MEMORY_BYTES
from groundplan.mongo.design.costs.effort import Effort, share_missing
from groundplan.mongo.design.costs.profiles import (
    DeleteProfile,
    InsertProfile,
    Profile,
    Profiles,
    ReadProfile,
    UpdateProfile,
    implied_changes,
)
from groundplan.mongo.design.costs.reads import read_effort
from groundplan.mongo.design.costs.writes import delete_effort, insert_effort, update_effort
from groundplan.mongo.design.layout import Layout


def effort_of(profile: Profile, arrangement: Arrangement) -> Effort:
    """Return what one run of a pattern does under an arrangement."""
    match profile:
        case ReadProfile():
            return read_effort(profile, arrangement)
        case InsertProfile():
            return insert_effort(profile, arrangement)
        case UpdateProfile():
            return update_effort(profile, arrangement)
        case DeleteProfile():
            return delete_effort(profile, arrangement)
        case _:
            assert_never(profile)


class Pricing:
    """Prices patterns; `memory_bytes` is what the server may keep of the data, `missing` the share it lacks."""

    def __init__(self, facts: Facts, *, memory_bytes: float = MEMORY_BYTES) -> None:
        self.facts = facts
        self.book = Book(facts)
        self.profiles: tuple[Profile, ...] = Profiles(facts).all()
        self.data_bytes = sum(
            relation.rows.now * self.book.row_bytes(relation.name, without=(), is_large=False)
            for relation in facts.logical.relations
        )
        self.missing = share_missing(self.data_bytes, memory_bytes)

    def expect_changes(self, copied: Mapping[str, Iterable[str]]) -> None:
        """Let attributes that may be copied, by relation, change now and then though no pattern says so."""
        self.profiles = (*self.profiles, *implied_changes(self.profiles, self.facts, copied=copied))

    def effort(self, profile: Profile, layout: Layout) -> Effort:
        """Return what one run of a pattern does under a layout."""
        return effort_of(profile, Arrangement(layout, self.book))

    def price(self, profile: Profile, layout: Layout) -> float:
        """Return what a pattern takes in a second, in microseconds: once, times its rate."""
        return profile.rate * self.effort(profile, layout).microseconds(missing=self.missing)

    def total(self, layout: Layout) -> float:
        """Return what all patterns take in a second, in microseconds."""
        return sum(self.price(profile, layout) for profile in self.profiles)
