"""Decisions by what they are about: a table, an access pattern, or the design as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.base.decisions import Decision
from groundplan.report.model import DesignResult

WHOLE = "the design as a whole"

MONGO_STAGE = "mongo."
"""What the names of objects begin with that MongoDB alone has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Decisions of one subject that say the same of several objects; those about one object stand side by side.

    `parts` are the objects without the subject they belong to, empty for the subject itself.
    """

    decisions: tuple[Decision, ...]
    parts: tuple[str, ...]

    @property
    def first(self) -> Decision:
        """The decision whose words stand for all."""
        return self.decisions[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A table, a collection, an access pattern or the design as a whole, with what was decided about it and its parts.

    `is_table` for tables and collections.
    """

    name: str
    is_table: bool
    rulings: tuple[Ruling, ...]

    @property
    def size(self) -> int:
        """How many decisions there are."""
        return sum(len(ruling.decisions) for ruling in self.rulings)


def subjects(result: DesignResult) -> tuple[Subject, ...]:
    """Sort every decision by its subject: tables in the schema's order, then patterns in the plan's, then the rest.

    What was decided for MongoDB comes after that, collections and what lies inside them first, under names such as
    `mongo.posts`.
    """
    schema = result.schema
    held = (*(each.name for each in result.documents.collections), *(each.name for each in result.logical.relations))
    collections = tuple(f"{MONGO_STAGE}{name}" for name in dict.fromkeys(held))
    tables = (
        *(relation.name for relation in result.logical.relations),
        *(table.name for table in schema.tables),
        *collections,
    )
    patterns = tuple(pattern.name for pattern in (*result.resolved.patterns, *result.resolved.transactions))
    in_mongo = tuple(f"{MONGO_STAGE}{name}" for name in patterns)
    names = (*(name for name in tables if name not in collections), *patterns, *collections, *in_mongo)
    found: dict[str, list[tuple[str, Decision]]] = {name: [] for name in names}
    for decision in result.decisions:
        is_mongo = decision.object.startswith(MONGO_STAGE)
        dotted = decision.object if is_mongo else decision.object.partition(".")[2]
        name = _subject_of(dotted, found)
        found.setdefault(name, []).append((dotted.removeprefix(name).lstrip("."), decision))
    return tuple(
        Subject(name=name, is_table=name in tables, rulings=_rulings(entries))
        for name, entries in found.items()
        if entries
    )


def _subject_of(dotted: str, known: dict[str, list[tuple[str, Decision]]]) -> str:
    """Return the longest known name that a dotted one starts with; names may hold dots themselves."""
    name = dotted
    while name not in known:
        name, dot, _ = name.rpartition(".")
        if not dot:
            return WHOLE
    return name


def _rulings(entries: Sequence[tuple[str, Decision]]) -> tuple[Ruling, ...]:
    alike: dict[tuple[object, ...], list[tuple[str, Decision]]] = {}
    for part, decision in entries:
        same = (
            decision.topic,
            decision.choice,
            decision.reason,
            decision.rule,
            decision.inputs,
            decision.alternatives,
            decision.is_pinned,
        )
        alike.setdefault(same, []).append((part, decision))
    places = {part: place for place, part in enumerate(dict.fromkeys(("", *(part for part, _ in entries))))}
    return tuple(
        Ruling(decisions=tuple(decision for _, decision in group), parts=tuple(part for part, _ in group if part))
        for group in sorted(alike.values(), key=lambda group: places[group[0][0]])
    )
