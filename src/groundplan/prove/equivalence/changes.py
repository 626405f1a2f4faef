"""What a write changed, as logical rows before and after, whichever engine it was done by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundplan.logical.model import Relation, Role
from groundplan.prove.equivalence.values import Canonical, canonical, from_postgres

NOW = "the moment of the write"
NEW = "a new key"

_BEFORE, _AFTER = timedelta(seconds=1), timedelta(minutes=5)

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Change:
    """One row of a relation before and after, by attribute in the relation's order; None where it was not there."""

    relation: str
    before: tuple[Canonical, ...] | None
    after: tuple[Canonical, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A row that was touched, as an engine gives it."""

    relation: Relation
    before: Row | None
    after: Row | None


def _logical_value(relation: Relation, name: str, value: object) -> Canonical:
    """Return the spelling of a value that psycopg read, or that was decoded from a document."""
    of = relation.attribute(name).type
    return from_postgres(value, of) if isinstance(value, str) else canonical(value)


def changes_of(touched: Iterable[Touched], *, moment: datetime) -> list[Change]:
    """Return what really changed, sorted: moments of the write and keys made by it are alike on both engines."""
    found = list(touched)
    new = dict(_new_keys(found))
    changes: list[Change] = []
    for each in found:
        before = None if each.before is None else _spelled(each.relation, each.before, new, moment)
        after = None if each.after is None else _spelled(each.relation, each.after, new, moment)
        if before != after:
            changes.append(Change(relation=each.relation.name, before=before, after=after))
    return sorted(changes, key=repr)


def _new_keys(touched: Iterable[Touched]) -> Iterator[tuple[Canonical, str]]:
    for each in touched:
        if each.before is None and each.after is not None:
            for attribute in each.relation.attributes:
                if attribute.role is Role.SURROGATE:
                    yield canonical(each.after[attribute.name]), f"{NEW} of {each.relation.name}"


def _spelled(relation: Relation, row: Row, new: Mapping[Canonical, str], moment: datetime) -> tuple[Canonical, ...]:
    names = [attribute.name for attribute in relation.attributes]
    return tuple(_one(relation, name, row.get(name), new, moment) for name in names)


def _one(relation: Relation, name: str, value: object, new: Mapping[Canonical, str], moment: datetime) -> Canonical:
    if isinstance(value, datetime) and moment - _BEFORE <= value <= moment + _AFTER:
        return NOW
    spelled = _logical_value(relation, name, value)
    is_key = relation.attribute(name).role in {Role.SURROGATE, Role.REFERENCE}
    return new.get(spelled, spelled) if is_key else spelled
