"""What each access pattern is tried with, whichever engine is asked: logical values, and the rows it needs first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from groundplan.logical.model import LogicalModel, Relation
from groundplan.plan.model import ReferentialAction
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.prove.parameters import (
    ABSENT,
    TYPICAL,
    Asked,
    Case,
    Choice,
    Conditional,
    NoValue,
    choose_constants,
    choose_parameters,
    with_key_parts,
)
from groundplan.rows.lookup import SampleLookup
from groundplan.rows.model import Sample, Value

ROTATED = 24
"""How many sets of parameters are timed by turns."""

_FEWEST_CHILDREN = 200
_HELD_BY = frozenset({ReferentialAction.RESTRICT, ReferentialAction.NO_ACTION})

Row = Mapping[str, Value]
"""A row by the logical names of its attributes."""

RowOf = tuple[Relation, Row]
"""A row, and what it is a row of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One execution.

    A pattern with conditions takes `values` by parameter, one that writes rows takes `written`. `before` are rows that
    have to be there first, a row after those it points at. `matches` and `rows` are how many rows of the pattern's
    entity the parameters select, and some of these.
    """

    case: str
    values: Mapping[str, Value] = field(default_factory=dict)
    written: tuple[Row, ...] = ()
    before: tuple[RowOf, ...] = ()
    matches: int | None = None
    rows: tuple[int, ...] = ()
    writes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """The cases to explain, and the executions to time, one after the other and again from the first.

    `others` stand in for cases that an engine refuses (a row that must not be deleted).
    """

    cases: tuple[Trial, ...]
    rotation: tuple[Trial, ...]
    others: tuple[Trial, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleGrounds:
    """What parameters are taken from: the sample and the model that names its parts.

    `choices` and `trials` keep what was chosen for each pattern, because patterns, walks, transactions and engines ask
    for the same. `part` and `parts` say which of the spare rows are inserted: what is committed must not be inserted by
    others again.
    """

    logical: LogicalModel
    sample: Sample
    lookup: SampleLookup
    now: datetime
    part: int = 0
    parts: int = 1
    choices: dict[str, Choice] = field(default_factory=dict, compare=False, repr=False)
    trials: dict[tuple[object, ...], Trials] = field(default_factory=dict, compare=False, repr=False)


def trials_of(pattern: Pattern, asked: Sequence[Asked], *, is_bulk: bool, grounds: SampleGrounds) -> Trials:
    """Return what to try a pattern with, that asks for these parameters; `is_bulk` where it writes many rows at once.

    Raises NoValue where the sample has nothing to try it with.
    """
    key = (pattern.name, tuple(parameter.name for parameter in asked), is_bulk, grounds.part, grounds.parts)
    if key not in grounds.trials:
        grounds.trials[key] = _trials_of(pattern, asked, is_bulk=is_bulk, grounds=grounds)
    return grounds.trials[key]


def _trials_of(pattern: Pattern, asked: Sequence[Asked], *, is_bulk: bool, grounds: SampleGrounds) -> Trials:
    match pattern:
        case ReadPattern():
            return _conditional(pattern, asked, grounds, writes=False)
        case UpdatePattern():
            return _conditional(pattern, asked, grounds, writes=True)
        case DeletePattern():
            return _delete(pattern, asked, grounds)
        case InsertPattern():
            return _insert(pattern, grounds, size=pattern.batch if is_bulk else 1)
        case UpsertPattern():
            return _upsert(pattern, grounds, size=pattern.batch if is_bulk else 1)
        case RawPattern():
            trial = Trial(case=TYPICAL, values=choose_constants(pattern, now=grounds.now), writes=True)
            return Trials(cases=(trial,), rotation=(trial,))


def _conditional(
    pattern: Conditional,
    asked: Sequence[Asked],
    grounds: SampleGrounds,
    *,
    writes: bool,
    among: Sequence[int] | None = None,
) -> Trials:
    pattern = with_key_parts(pattern, asked)
    choice = grounds.choices.get(pattern.name) if among is None else None
    if choice is None:
        choice = choose_parameters(pattern, lookup=grounds.lookup, now=grounds.now, among=among)
    if among is None:
        grounds.choices[pattern.name] = choice

    def trial(case: Case) -> Trial:
        return Trial(case=case.case, values=case.values, matches=case.matches, rows=case.rows, writes=writes)

    return Trials(
        cases=tuple(trial(case) for case in choice.cases),
        rotation=tuple(trial(case) for case in choice.rotation),
        others=tuple(trial(case) for case in choice.by_frequency),
    )


def _delete(pattern: DeletePattern, asked: Sequence[Asked], grounds: SampleGrounds) -> Trials:
    """Choose rows that few others hold on to; those that many do are refused, as they should be."""
    usual = _conditional(pattern, asked, grounds, writes=True)
    held = grounds.lookup.children(pattern.entity, actions=_HELD_BY)
    rows = range(len(grounds.lookup.rows(pattern.entity).rows))
    free = sorted(rows, key=lambda row: (held[row], row))[:_FEWEST_CHILDREN]
    try:
        freest = _conditional(pattern, asked, grounds, writes=True, among=sorted(free))
    except NoValue:
        freest = usual
    fresh = tuple(_fresh(pattern, asked, grounds))
    return Trials(cases=usual.cases, rotation=usual.rotation, others=(*freest.rotation, *usual.others, *fresh))


def _fresh(pattern: DeletePattern, asked: Sequence[Asked], grounds: SampleGrounds) -> Iterator[Trial]:
    """Yield deletions of rows that were inserted a moment before, which nothing holds on to."""
    relation = grounds.lookup.relation(pattern.entity)
    likes = {parameter.name: parameter.like for parameter in asked}
    if any(like is None or like.hops or like.attribute is None for like in likes.values()):
        return
    names = {name: grounds.lookup.attribute(like) for name, like in likes.items() if like is not None}
    for row in _own_spare(relation, grounds)[:ROTATED]:
        yield Trial(
            case=TYPICAL,
            values={name: row[found[1]] for name, found in names.items() if found is not None},
            before=(*needed_parents(relation, [row], grounds=grounds), (relation, row)),
            writes=True,
        )


def _insert(pattern: InsertPattern, grounds: SampleGrounds, *, size: int) -> Trials:
    relation = grounds.lookup.relation(pattern.entity)
    batches = _batches(_own_spare(relation, grounds), size)
    rotation = tuple(_written(TYPICAL, relation, rows, grounds) for rows in batches)
    if not rotation:
        raise NoValue(f"no further row of {relation.name} can be made up beside those of the sample")
    return Trials(cases=rotation[:1], rotation=rotation)


def _upsert(pattern: UpsertPattern, grounds: SampleGrounds, *, size: int) -> Trials:
    """Write rows that are there, and rows that are not."""
    relation = grounds.lookup.relation(pattern.entity)
    rows = grounds.sample.of(relation.name)
    step = max(1, len(rows.rows) // (ROTATED * size))
    there = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows[::step][: ROTATED * size]]
    known = tuple(_written(TYPICAL, relation, batch, grounds) for batch in _batches(there, size))
    new = tuple(_written(ABSENT, relation, batch, grounds) for batch in _batches(_own_spare(relation, grounds), size))
    if not known and not new:
        raise NoValue(f"no row of {relation.name} can be made up")
    mixed = tuple(each for pair in zip(known, new, strict=False) for each in pair)
    return Trials(cases=(*known[:1], *new[:1]), rotation=mixed or known or new)


def _written(case: str, relation: Relation, rows: Sequence[Row], grounds: SampleGrounds) -> Trial:
    before = needed_parents(relation, rows, grounds=grounds)
    return Trial(case=case, written=tuple(rows), before=before, writes=True)


def _batches(rows: Sequence[Row], size: int) -> list[Sequence[Row]]:
    found = [rows[start : start + size] for start in range(0, len(rows), size)][:ROTATED]
    return [batch for batch in found if len(batch) == size] or found[:1]


def _spare(relation: Relation, grounds: SampleGrounds) -> list[Row]:
    spare = grounds.sample.spare_of(relation.name)
    return [dict(zip(spare.columns, row, strict=True)) for row in spare.rows]


def _own_spare(relation: Relation, grounds: SampleGrounds) -> list[Row]:
    """Return the spare rows of this part; all of them where there are more parts than rows."""
    rows = _spare(relation, grounds)
    first, end = (len(rows) * part // grounds.parts for part in (grounds.part, grounds.part + 1))
    return rows[first:end] or rows


def needed_parents(relation: Relation, rows: Sequence[Row], *, grounds: SampleGrounds) -> tuple[RowOf, ...]:
    """Return the spare rows of other relations that these rows point at, a row after those it points at."""
    found: dict[tuple[str, tuple[Value, ...]], RowOf] = {}
    for row in rows:
        _collect_parents(relation, row, grounds, found)
    return tuple(found.values())


def _collect_parents(
    relation: Relation, row: Row, grounds: SampleGrounds, found: dict[tuple[str, tuple[Value, ...]], RowOf]
) -> None:
    for reference in relation.references:
        key = tuple(row[name] for name in reference.attributes)
        if None in key or (reference.target, key) in found or reference.target == relation.name:
            continue
        if grounds.lookup.has(reference.target, reference.target_attributes, key):
            continue
        target = grounds.logical.relation(reference.target)
        for parent in _spare(target, grounds):
            if tuple(parent[name] for name in reference.target_attributes) == key:
                _collect_parents(target, parent, grounds, found)
                found[reference.target, key] = (target, parent)
