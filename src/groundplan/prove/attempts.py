"""Trials as PostgreSQL takes them: a statement with its parameters spelled, and rows of tables that come first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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
from groundplan.prove.parameters import NoValue, Spelled, spell_all, spell_bulk
from groundplan.prove.sample import one_row
from groundplan.prove.trials import Row, RowOf, SampleGrounds, Trial, trials_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One execution: `before` are rows that have to be there first; what `writes` is rolled back.

    `matches` and `rows` are how many rows of the pattern's entity the parameters select, and some of these; `batch` are
    the rows that a bulk statement writes. `trial` is what it was made of, None for a later page.
    """

    case: str
    statement: Statement
    parameters: Mapping[str, object]
    writes: bool = False
    before: tuple[TableRows, ...] = ()
    matches: int | None = None
    rows: tuple[int, ...] = ()
    batch: tuple[Row, ...] = ()
    trial: Trial | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The cases to explain, and the executions to time, one after the other and again from the first.

    `others` stand in for cases that the server refuses (a row that must not be deleted).
    """

    cases: tuple[Attempt, ...]
    rotation: tuple[Attempt, ...]
    others: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds(SampleGrounds):
    """What parameters are taken from, and the schema that the rows are in."""

    schema: Schema


def attempts_of(pattern: Pattern, compiled: CompiledPattern, *, grounds: Grounds) -> Attempts:
    """Return what to run for a pattern. Raises NoValue where the sample has nothing to run it with."""
    statement = _statement(pattern, compiled)
    is_bulk = isinstance(compiled, CompiledWrite) and compiled.is_bulk
    trials = trials_of(pattern, statement.parameters, is_bulk=is_bulk, grounds=grounds)

    def attempts(found: Sequence[Trial]) -> tuple[Attempt, ...]:
        return tuple(_attempt(pattern, compiled, statement, trial, grounds) for trial in found)

    return Attempts(cases=attempts(trials.cases), rotation=attempts(trials.rotation), others=attempts(trials.others))


def _statement(pattern: Pattern, compiled: CompiledPattern) -> Statement:
    match pattern, compiled:
        case ReadPattern(), CompiledRead():
            return compiled.first
        case UpdatePattern() | DeletePattern() | InsertPattern() | UpsertPattern(), CompiledWrite():
            return compiled.statement
        case RawPattern(), CompiledRaw(statement=None):
            raise NoValue("the plan gives no SQL for it")
        case RawPattern(), CompiledRaw(statement=Statement() as statement):
            return statement
        case _:
            raise ValueError(f"{pattern.name} was compiled as another kind of pattern")


def _attempt(
    pattern: Pattern, compiled: CompiledPattern, statement: Statement, trial: Trial, grounds: Grounds
) -> Attempt:
    is_bulk = isinstance(compiled, CompiledWrite) and compiled.is_bulk
    if trial.written and isinstance(compiled, CompiledWrite):
        parameters = parameters_of(compiled, trial.written, grounds=grounds)
    else:
        asked = () if isinstance(pattern, InsertPattern | UpsertPattern) else pattern.parameters
        types = {parameter.name: parameter.type for parameter in asked}
        parameters = spell_all(statement.parameters, trial.values, types)
    return Attempt(
        case=trial.case,
        statement=statement,
        parameters=parameters,
        writes=trial.writes,
        before=table_rows_of(trial.before, grounds=grounds),
        matches=trial.matches,
        rows=trial.rows,
        batch=trial.written if is_bulk else (),
        trial=trial,
    )


def table_rows_of(rows: Iterable[RowOf], *, grounds: Grounds) -> tuple[TableRows, ...]:
    """Return logical rows as rows of the tables that store them."""
    return tuple(one_row(relation, row, logical=grounds.logical, schema=grounds.schema) for relation, row in rows)


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
