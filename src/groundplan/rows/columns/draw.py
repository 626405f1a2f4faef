"""One column: values by the attribute's role, type and declared distribution, with NULLs where it is optional."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from itertools import accumulate
from random import Random
from typing import assert_never
from uuid import UUID

from groundplan.base.errors import RowsImpossible
from groundplan.logical.model import Relation, RelationAttribute, Role
from groundplan.plan.types import Arrival, Boolean, Date, Enum, Integer, Timestamp
from groundplan.rows.columns.kinds import different_values, truths, values
from groundplan.rows.columns.moments import days, expiries
from groundplan.rows.columns.source import Source
from groundplan.rows.expectations import Expectation
from groundplan.rows.model import Value
from groundplan.rows.timeline import History, instant, instants
from groundplan.rows.vocabulary import corpus

USUAL_NULL_SHARE = Fraction(1, 2)
"""The share of NULL in an optional attribute whose plan gives none, as the designs assume it."""

DELETED_SHARE = 0.05
CHANGED_SHARE = 0.3
"""The shares of soft-deleted rows, and of rows that changed after they came into being."""

EXPECTED_SHARE = 0.1
"""The share of rows with a constant that formulas compare the attribute with."""

_USUAL_DISTINCT = 1000
"""How many values a skewed attribute has where the plan gives the skew alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTask:
    """The column to draw: `is_unique` where the attribute is a key of its own."""

    relation: Relation
    attribute: RelationAttribute
    is_unique: bool
    expectation: Expectation
    history: History
    seed: int


def draw_column(task: ColumnTask, *, born: Sequence[int], moments: Sequence[datetime]) -> list[Value]:
    """Return one value per row; `born` are the milliseconds at which the rows came into being, ascending.

    `moments` are the same as datetimes, so that columns share them.
    The same task and moments give the same values. Raises RowsImpossible where a key has too few different values.
    """
    attribute, source = task.attribute, _source(task, purpose="values")
    match attribute.role:
        case Role.SURROGATE:
            return _surrogates(attribute, born, random=source.random)
        case Role.CREATED_AT:
            return [*moments] if isinstance(attribute.type, Timestamp) else _declared(task, born, source=source)
        case Role.UPDATED_AT:
            return _changes(born, moments, source=source)
        case Role.DELETED_AT:
            return _deletions(attribute, born, source=source)
        case Role.PLAN:
            return _with_nulls(task, _declared(task, born, source=source), source=source)
        case Role.REFERENCE:
            raise ValueError(f"{attribute.name} takes its values from another relation")
        case _:
            assert_never(attribute.role)


def draw_substitutes(task: ColumnTask, *, count: int, rows: int, turn: int) -> list[Value]:
    """Return further values for rows whose own broke a rule, none NULL; another `turn` gives other values."""
    source = _source(task, purpose=f"substitutes {turn}")
    if task.is_unique:
        start = rows + turn * count
        found = different_values(
            task.attribute.type, count, source=source, start=start, is_secret=task.attribute.is_secret
        )
        return found or values(task.attribute.type, count, source=source)
    if task.attribute.values.trues is not None and isinstance(task.attribute.type, Boolean):
        return truths(task.attribute.values.trues, count, source=source)
    if task.attribute.values.distinct is not None or task.attribute.values.zipf is not None:
        return _skewed(task, count, source=source)
    return values(task.attribute.type, count, source=source)


def _source(task: ColumnTask, *, purpose: str) -> Source:
    return Source(
        random=Random(f"{task.seed}/{task.relation.name}/{task.attribute.name}/{purpose}"),  # noqa: S311 - no secret
        corpus=corpus(task.seed),
        history=task.history,
        expectation=task.expectation,
    )


def _surrogates(attribute: RelationAttribute, born: Sequence[int], *, random: Random) -> list[Value]:
    if isinstance(attribute.type, Integer):
        return list(range(1, len(born) + 1))
    return [*time_ordered_uuids(born, random=random)]


def time_ordered_uuids(born: Sequence[int], *, random: Random) -> list[UUID]:
    """Return UUIDs of version 7 (RFC 9562, 5.7): 48 bits of the millisecond, the rest random."""
    bits, fixed = random.getrandbits, (7 << 76) | (2 << 62)
    mask = ((1 << 12) - 1 << 64) | ((1 << 62) - 1)
    return [UUID(int=moment << 80 | fixed | bits(76) & mask) for moment in born]


def _changes(born: Sequence[int], moments: Sequence[datetime], *, source: Source) -> list[Value]:
    random, now = source.random.random, source.history.now
    return [
        instant(start + int(random() * (now - start))) if random() < CHANGED_SHARE else moment
        for start, moment in zip(born, moments, strict=True)
    ]


def _deletions(attribute: RelationAttribute, born: Sequence[int], *, source: Source) -> list[Value]:
    nulls = attribute.values.nulls
    share = DELETED_SHARE if nulls is None else 1 - float(nulls)
    random, now = source.random.random, source.history.now
    return [instant(start + int(random() * (now - start))) if random() < share else None for start in born]


def _declared(task: ColumnTask, born: Sequence[int], *, source: Source) -> list[Value]:
    attribute, count = task.attribute, len(born)
    if attribute.values.arrives is Arrival.IN_ORDER:
        in_order = _in_order(attribute, born, source=source)
        if in_order is not None:
            return in_order
    if task.is_unique:
        return _unique(task, count, source=source)
    if task.relation.lifecycle.expires == attribute.declared and isinstance(attribute.type, Timestamp):
        return [*instants(expiries(born, source=source))]
    if attribute.values.trues is not None and isinstance(attribute.type, Boolean):
        return truths(attribute.values.trues, count, source=source)
    if attribute.values.distinct is not None or attribute.values.zipf is not None:
        return _skewed(task, count, source=source)
    return _with_expected(task, values(attribute.type, count, source=source), source=source)


def _in_order(attribute: RelationAttribute, born: Sequence[int], *, source: Source) -> list[Value] | None:
    """Return values that grow with time, some behind by up to `late`; None for types that have no such order."""
    late = attribute.values.late
    behind = 0 if late is None else int(late.milliseconds)
    random = source.random.random
    arrived = [moment - int(random() * behind) for moment in born] if behind else born
    match attribute.type:
        case Timestamp():
            return [*instants(arrived)]
        case Date():
            return [*days(arrived)]
        case Integer(minimum=minimum, maximum=None):
            return list(range(minimum or 1, (minimum or 1) + len(born)))
        case _:
            return None


def _unique(task: ColumnTask, count: int, *, source: Source) -> list[Value]:
    attribute = task.attribute
    found = different_values(attribute.type, count, source=source, is_secret=attribute.is_secret)
    if len(found) < count:
        raise RowsImpossible(
            f"{task.relation.name}.{attribute.name} is a key, but its type has only {len(found):,} different values "
            f"for {count:,} rows",
            help="widen the type of the attribute, declare fewer rows, or prove with fewer rows",
        )
    for position, value in enumerate(task.expectation.values[:count]):
        if value not in found:
            found[source.random.randrange(position, count)] = value
    return found


def _skewed(task: ColumnTask, count: int, *, source: Source) -> list[Value]:
    """Draw from a pool of `distinct` values, the k-th most frequent in proportion to k to the power of minus `zipf`."""
    attribute = task.attribute
    wanted = attribute.values.distinct or _USUAL_DISTINCT
    pool_source = _source(task, purpose="pool")
    pool = different_values(attribute.type, max(1, min(wanted, max(count, _USUAL_DISTINCT))), source=pool_source)
    expected = [value for value in task.expectation.values if value not in pool]
    pool[: len(expected)] = expected
    exponent = float(attribute.values.zipf or 0)
    weights = list(accumulate((rank + 1) ** -exponent for rank in range(len(pool))))
    return source.random.choices(pool, cum_weights=weights, k=count)


def _with_expected(task: ColumnTask, found: list[Value], *, source: Source) -> list[Value]:
    """Put the constants of formulas into some rows; enums, booleans and moments have theirs anyway."""
    expected = task.expectation.values
    if not expected or isinstance(task.attribute.type, Enum | Boolean | Timestamp | Date):
        return found
    if not isinstance(expected[0], type(found[0]) if found else object):
        return found
    random, choose = source.random.random, source.random.choice
    return [choose(expected) if random() < EXPECTED_SHARE else value for value in found]


def _with_nulls(task: ColumnTask, found: list[Value], *, source: Source) -> list[Value]:
    attribute = task.attribute
    if not attribute.is_optional:
        return found
    nulls = attribute.values.nulls
    share = float(USUAL_NULL_SHARE if nulls is None else nulls)
    random = source.random.random
    return [None if random() < share else value for value in found]
