"""What the proof runs for each access pattern: its statement with realistic parameters, and the rows it needs first."""

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
from groundplan.postgres.load import TableRows
from groundplan.postgres.model import Schema
from groundplan.postgres.queries.model import (
    CompiledPattern,
    CompiledRaw,
    CompiledRead,
    CompiledWrite,
    QueryParameter,
    Statement,
)
from groundplan.prove.parameters import (
    ABSENT,
    TYPICAL,
    Case,
    Choice,
    Conditional,
    NoValue,
    Spelled,
    choose_constants,
    choose_parameters,
    spell_all,
    spell_bulk,
    with_key_parts,
)
from groundplan.prove.sample import one_row
from groundplan.rows.lookup import SampleLookup
from groundplan.rows.model import Sample, Value

_ROTATED = 24
_FEWEST_CHILDREN = 200
_HELD_BY = frozenset({ReferentialAction.RESTRICT, ReferentialAction.NO_ACTION})

Row = Mapping[str, Value]
"""A row by the logical names of its attributes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One execution: `before` are rows that have to be there first; what `writes` is rolled back.

    `matches` and `rows` are how many rows of the pattern's entity the parameters select, and some of these; `batch` are
    the rows that a bulk statement writes.
    """

    case: str
    statement: Statement
    parameters: Mapping[str, object]
    writes: bool = False
    before: tuple[TableRows, ...] = ()
    matches: int | None = None
    rows: tuple[int, ...] = ()
    batch: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The cases to explain, and the executions to time, one after the other and again from the first.

    `others` stand in for cases that the server refuses (a row that must not be deleted).
    """

    cases: tuple[Attempt, ...]
    rotation: tuple[Attempt, ...]
    others: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What parameters are taken from: the sample and the models that name its parts.

    `choices` keeps what was chosen for each pattern, because patterns, walks and transactions ask for the same. `part`
    and `parts` say which of the spare rows are inserted: what is committed must not be inserted by others again.
    """

    logical: LogicalModel
    schema: Schema
    sample: Sample
    lookup: SampleLookup
    now: datetime
    part: int = 0
    parts: int = 1
    choices: dict[str, Choice] = field(default_factory=dict, compare=False, repr=False)


def attempts_of(pattern: Pattern, compiled: CompiledPattern, *, grounds: Grounds) -> Attempts:
    """Return what to run for a pattern. Raises NoValue where the sample has nothing to run it with."""
    match pattern, compiled:
        case ReadPattern(), CompiledRead():
            return _conditional(pattern, compiled.first, grounds, writes=False)
        case UpdatePattern(), CompiledWrite():
            return _conditional(pattern, compiled.statement, grounds, writes=True)
        case DeletePattern(), CompiledWrite():
            return _delete(pattern, compiled.statement, grounds)
        case InsertPattern(), CompiledWrite():
            return _insert(pattern, compiled, grounds)
        case UpsertPattern(), CompiledWrite():
            return _upsert(pattern, compiled, grounds)
        case RawPattern(), CompiledRaw():
            return _raw(pattern, compiled, grounds)
        case _:
            raise ValueError(f"{pattern.name} was compiled as another kind of pattern")


def _conditional(
    pattern: Conditional, statement: Statement, grounds: Grounds, *, writes: bool, among: Sequence[int] | None = None
) -> Attempts:
    pattern = with_key_parts(pattern, statement)
    choice = grounds.choices.get(pattern.name) if among is None else None
    if choice is None:
        choice = choose_parameters(pattern, lookup=grounds.lookup, now=grounds.now, among=among)
    if among is None:
        grounds.choices[pattern.name] = choice
    types = {parameter.name: parameter.type for parameter in pattern.parameters}

    def attempt(case: Case) -> Attempt:
        return Attempt(
            case=case.case,
            statement=statement,
            parameters=spell_all(statement.parameters, case.values, types),
            writes=writes,
            matches=case.matches,
            rows=case.rows,
        )

    return Attempts(
        cases=tuple(attempt(case) for case in choice.cases),
        rotation=tuple(attempt(case) for case in choice.rotation),
        others=tuple(attempt(case) for case in choice.by_frequency),
    )


def _delete(pattern: DeletePattern, statement: Statement, grounds: Grounds) -> Attempts:
    """Choose rows that few others hold on to; those that many do are refused, as they should be."""
    usual = _conditional(pattern, statement, grounds, writes=True)
    held = grounds.lookup.children(pattern.entity, actions=_HELD_BY)
    rows = range(len(grounds.lookup.rows(pattern.entity).rows))
    free = sorted(rows, key=lambda row: (held[row], row))[:_FEWEST_CHILDREN]
    try:
        freest = _conditional(pattern, statement, grounds, writes=True, among=sorted(free))
    except NoValue:
        freest = usual
    fresh = tuple(_fresh(pattern, statement, grounds))
    return Attempts(cases=usual.cases, rotation=usual.rotation, others=(*freest.rotation, *usual.others, *fresh))


def _fresh(pattern: DeletePattern, statement: Statement, grounds: Grounds) -> Iterator[Attempt]:
    """Yield deletions of rows that were inserted a moment before, which nothing holds on to."""
    relation = grounds.lookup.relation(pattern.entity)
    likes = {parameter.name: parameter.like for parameter in statement.parameters}
    if any(like is None or like.hops or like.attribute is None for like in likes.values()):
        return
    names = {name: grounds.lookup.attribute(like) for name, like in likes.items() if like is not None}
    types = {parameter.name: parameter.type for parameter in pattern.parameters}
    for row in _own_spare(relation, grounds)[:_ROTATED]:
        values = {name: row[found[1]] for name, found in names.items() if found is not None}
        own = one_row(relation, row, logical=grounds.logical, schema=grounds.schema)
        yield Attempt(
            case=TYPICAL,
            statement=statement,
            parameters=spell_all(statement.parameters, values, types),
            writes=True,
            before=(*needed_parents(relation, [row], grounds=grounds), own),
        )


def _insert(pattern: InsertPattern, compiled: CompiledWrite, grounds: Grounds) -> Attempts:
    relation = grounds.lookup.relation(pattern.entity)
    batches = _batches(_own_spare(relation, grounds), pattern.batch if compiled.is_bulk else 1)
    rotation = tuple(_written(TYPICAL, compiled, relation, rows, grounds) for rows in batches)
    if not rotation:
        raise NoValue(f"no further row of {relation.name} can be made up beside those of the sample")
    return Attempts(cases=rotation[:1], rotation=rotation)


def _upsert(pattern: UpsertPattern, compiled: CompiledWrite, grounds: Grounds) -> Attempts:
    """Write rows that are there, and rows that are not."""
    relation = grounds.lookup.relation(pattern.entity)
    size = pattern.batch if compiled.is_bulk else 1
    rows = grounds.sample.of(relation.name)
    step = max(1, len(rows.rows) // (_ROTATED * size))
    there = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows[::step][: _ROTATED * size]]
    known = tuple(_written(TYPICAL, compiled, relation, batch, grounds) for batch in _batches(there, size))
    new = tuple(
        _written(ABSENT, compiled, relation, batch, grounds) for batch in _batches(_own_spare(relation, grounds), size)
    )
    if not known and not new:
        raise NoValue(f"no row of {relation.name} can be made up")
    mixed = tuple(each for pair in zip(known, new, strict=False) for each in pair)
    return Attempts(cases=(*known[:1], *new[:1]), rotation=mixed or known or new)


def _raw(pattern: RawPattern, compiled: CompiledRaw, grounds: Grounds) -> Attempts:
    if compiled.statement is None:
        raise NoValue("the plan gives no SQL for it")
    values = choose_constants(pattern, now=grounds.now)
    types = {parameter.name: parameter.type for parameter in pattern.parameters}
    attempt = Attempt(
        case=TYPICAL,
        statement=compiled.statement,
        parameters=spell_all(compiled.statement.parameters, values, types),
        writes=True,
    )
    return Attempts(cases=(attempt,), rotation=(attempt,))


def _written(case: str, compiled: CompiledWrite, relation: Relation, rows: Sequence[Row], grounds: Grounds) -> Attempt:
    return Attempt(
        case=case,
        statement=compiled.statement,
        parameters=parameters_of(compiled, rows, grounds=grounds),
        writes=True,
        before=needed_parents(relation, rows, grounds=grounds),
        batch=tuple(rows) if compiled.is_bulk else (),
    )


def parameters_of(compiled: CompiledWrite, rows: Sequence[Row], *, grounds: Grounds) -> Spelled:
    """Return the parameters by which an insert or upsert writes these rows: arrays, or the values of the first row."""
    relation = grounds.logical.relation(grounds.schema.table(compiled.table).relation or "")
    found: Spelled = {}
    for name, parameter in attributes_of(compiled, grounds=grounds).items():
        of, values = relation.attribute(name).type, [row[name] for row in rows]
        found[parameter.name] = (
            spell_bulk(values, of)
            if compiled.is_bulk
            else spell_all([parameter], {parameter.name: values[0]}, {parameter.name: of})[parameter.name]
        )
    return found


def attributes_of(compiled: CompiledWrite, *, grounds: Grounds) -> dict[str, QueryParameter]:
    """Return the parameters of an insert or upsert by the attribute each gives. Raises NoValue for any other."""
    table = grounds.schema.table(compiled.table)
    attributes = {column.name: column.attribute for column in table.columns}
    found: dict[str, QueryParameter] = {}
    for parameter in compiled.statement.parameters:
        name = attributes.get(parameter.column or "")
        if name is None:
            raise NoValue(f"nothing tells a value for :{parameter.name}")
        found[name] = parameter
    return found


def _batches(rows: Sequence[Row], size: int) -> list[Sequence[Row]]:
    found = [rows[start : start + size] for start in range(0, len(rows), size)][:_ROTATED]
    return [batch for batch in found if len(batch) == size] or found[:1]


def _spare(relation: Relation, grounds: Grounds) -> list[Row]:
    spare = grounds.sample.spare_of(relation.name)
    return [dict(zip(spare.columns, row, strict=True)) for row in spare.rows]


def _own_spare(relation: Relation, grounds: Grounds) -> list[Row]:
    """Return the spare rows of this part; all of them where there are more parts than rows."""
    rows = _spare(relation, grounds)
    first, end = (len(rows) * part // grounds.parts for part in (grounds.part, grounds.part + 1))
    return rows[first:end] or rows


def needed_parents(relation: Relation, rows: Sequence[Row], *, grounds: Grounds) -> tuple[TableRows, ...]:
    """Return the spare rows of other relations that these rows point at, a row after those it points at."""
    found: dict[tuple[str, tuple[Value, ...]], tuple[Relation, Row]] = {}
    for row in rows:
        _collect_parents(relation, row, grounds, found)
    return tuple(one_row(parent, row, logical=grounds.logical, schema=grounds.schema) for parent, row in found.values())


def _collect_parents(
    relation: Relation,
    row: Row,
    grounds: Grounds,
    found: dict[tuple[str, tuple[Value, ...]], tuple[Relation, Row]],
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
