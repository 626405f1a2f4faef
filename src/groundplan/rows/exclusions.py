"""Exclusion constraints: rows that would collide are moved apart, in place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from groundplan.base.errors import RowsImpossible
from groundplan.logical.model import Relation, RelationExclusion
from groundplan.plan.types import Email, Range
from groundplan.rows.model import Value
from groundplan.rows.timeline import milliseconds

_Group = list[int]


def keep_apart(relation: Relation, columns: dict[str, list[Value]]) -> None:
    """Move values until no two rows collide.

    Within the rows that are equal in every `=` member, ranges under `&&` follow each other, and members under `<>`
    become equal. Raises RowsImpossible for any other operator.
    """
    for exclusion in relation.exclusions:
        equal = [name for name, operator in exclusion.members if operator == "="]
        others = [(name, operator) for name, operator in exclusion.members if operator != "="]
        if len(others) != 1 or others[0][1] not in ("&&", "<>"):
            raise _unknown(relation, exclusion)
        name, operator = others[0]
        if operator == "&&" and not isinstance(relation.attribute(name).type, Range):
            raise _unknown(relation, exclusion)
        for group in _groups(relation, columns, equal):
            if operator == "&&":
                _line_up(columns[name], group)
            else:
                _make_equal(columns[name], group)


def _groups(relation: Relation, columns: dict[str, list[Value]], equal: Sequence[str]) -> list[_Group]:
    """Group the rows that are equal in all of `equal`; a NULL is equal to nothing."""
    found: dict[tuple[Value, ...], _Group] = {}
    folded = [isinstance(relation.attribute(name).type, Email) for name in equal]
    rows = zip(*(columns[name] for name in equal), strict=True) if equal else (() for _ in next(iter(columns.values())))
    for number, key in enumerate(rows):
        if None not in key:
            plain = tuple(
                value.lower() if fold and isinstance(value, str) else value
                for value, fold in zip(key, folded, strict=True)
            )
            found.setdefault(plain, []).append(number)
    return [group for group in found.values() if len(group) > 1]


def _line_up(column: list[Value], group: _Group) -> None:
    """Let each range begin no earlier than the one before it ends, its length kept."""
    spans = [(number, span) for number in group if isinstance(span := column[number], tuple)]
    end: Value = None
    for number, (lower, upper) in sorted(spans, key=lambda numbered: (_place(numbered[1][0]), numbered[0])):
        start, stop = lower, upper
        if end is not None and _place(lower) < _place(end):
            start, stop = end, _moved(upper, lower, end)
            column[number] = (start, stop)
        end = stop


def _place(value: Value) -> Decimal:
    """Return where a bound lies, as a number that orders it among the bounds of its type."""
    match value:
        case int() | Decimal():
            return Decimal(value)
        case datetime():
            return Decimal(milliseconds(value))
        case date():
            return Decimal(value.toordinal())
        case _:
            raise ValueError(f"not the bound of a range: {value!r}")


def _moved(upper: Value, lower: Value, start: Value) -> Value:
    """Return where a range ends that begins at `start` instead of `lower`."""
    match upper, lower, start:
        case ((int() | Decimal()), (int() | Decimal()), (int() | Decimal())):
            return start + (upper - lower)
        case datetime(), datetime(), datetime():
            return start + (upper - lower)
        case date(), date(), date():
            return start + (upper - lower)
        case _:
            return upper


def _make_equal(column: list[Value], group: _Group) -> None:
    shared = next((column[number] for number in group if column[number] is not None), None)
    for number in group:
        if column[number] is not None:
            column[number] = shared


def _unknown(relation: Relation, exclusion: RelationExclusion) -> RowsImpossible:
    members = ", ".join(f"{name} {operator}" for name, operator in exclusion.members)
    return RowsImpossible(
        f"no rows of {relation.name} can be made up for the exclusion ({members}) at {exclusion.origin}",
        help='rows are made up for one range under "&&", or one attribute under "<>", beside members under "="',
    )
