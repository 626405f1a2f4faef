"""Trials as MongoDB takes them: values encoded by parameter, and rows that are put where they belong first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from groundplan.mongo.load import Placer
from groundplan.mongo.model import DocumentModel
from groundplan.mongo.places import Places
from groundplan.mongo.queries.binding import Values, bind_query, plain
from groundplan.mongo.queries.model import BATCH, CompiledRead, CompiledWrite, MongoParameter, Query
from groundplan.mongo.queries.writes.trail import ACTOR
from groundplan.mongo.representation import encode
from groundplan.plan.patterns import Pattern
from groundplan.plan.types import AttributeType
from groundplan.prove.parameters import NoValue
from groundplan.prove.trials import Row, RowOf, SampleGrounds, Trial, trials_of
from groundplan.rows.model import Value

_WHO = "groundplan"
"""Who writes, to an audit trail."""

Given = Mapping[str, Any]
"""Values by parameter as `groundplan.mongo.queries.running` takes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One execution: `before` are rows that have to be there first; what it writes is rolled back."""

    case: str
    values: Given
    before: tuple[RowOf, ...] = ()
    trial: Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """The cases to explain, the executions to time, and what stands in for writes that are refused."""

    cases: tuple[Attempt, ...]
    rotation: tuple[Attempt, ...]
    others: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MongoGrounds(SampleGrounds):
    """What parameters are taken from, and the documents that the rows are in."""

    model: DocumentModel
    places: Places

    def placer(self) -> Placer:
        """Return what puts single rows into the documents."""
        return Placer(self.places, self.logical, find=self.row)

    def row(self, relation: str, attributes: tuple[str, ...], key: tuple[object, ...]) -> Row | None:
        """Return the row of the sample, or of the spare ones, that has these values."""
        values: tuple[Any, ...] = key
        rows = self.sample.of(relation)
        for position in self.lookup.positions(relation, attributes, values):
            return dict(zip(rows.columns, rows.rows[position], strict=True))
        spare = self.sample.spare_of(relation)
        for row in spare.rows:
            found: dict[str, Value] = dict(zip(spare.columns, row, strict=True))
            if tuple(found[name] for name in attributes) == key:
                return found
        return None


def attempts_of(pattern: Pattern, compiled: CompiledRead | CompiledWrite, *, grounds: SampleGrounds) -> Attempts:
    """Return what to run for a pattern. Raises NoValue where the sample has nothing to run it with."""
    asked = tuple(parameter for parameter in compiled.parameters if not parameter.is_cursor and parameter != ACTOR)
    trials = trials_of(pattern, asked, is_bulk=is_bulk(compiled), grounds=grounds)

    def attempts(found: Sequence[Trial]) -> tuple[Attempt, ...]:
        return tuple(
            Attempt(case=each.case, values=values_of(compiled, each), before=each.before, trial=each) for each in found
        )

    return Attempts(cases=attempts(trials.cases), rotation=attempts(trials.rotation), others=attempts(trials.others))


def is_bulk(compiled: CompiledRead | CompiledWrite) -> bool:
    """Tell whether a pattern writes many rows at once."""
    return any(parameter.is_batch for parameter in compiled.parameters)


def values_of(compiled: CompiledRead | CompiledWrite, trial: Trial) -> Given:
    """Return the values of a trial by parameter. Raises NoValue for a parameter that nothing tells a value for."""
    asked = tuple(parameter for parameter in compiled.parameters if not parameter.is_cursor)
    if not trial.written:
        return {parameter.name: _encoded(parameter, _told(parameter, trial.values)) for parameter in asked}
    rows = [
        {parameter.name: _encoded(parameter, _told(parameter, row, by=parameter.attribute)) for parameter in asked}
        for row in trial.written
    ]
    return {BATCH: rows} if is_bulk(compiled) else rows[0]


def _told(parameter: MongoParameter, values: Mapping[str, Value], *, by: str | None = None) -> Value:
    name = by or parameter.name
    if parameter == ACTOR:
        return _WHO
    if name not in values:
        raise NoValue(f"nothing tells a value for :{parameter.name}")
    return values[name]


def _encoded(parameter: MongoParameter, value: Value) -> object:
    if parameter.is_list and isinstance(value, tuple):
        return [encoded(item, parameter.type) for item in value]
    return encoded(value, parameter.type)


def encoded(value: Value, of: AttributeType | None) -> object:
    """Return a logical value as pymongo takes it, by its type where that is known."""
    return plain(value) if of is None else encode(value, of)


def filled(query: Query, values: Given, moment: datetime) -> Query:
    """Return a query with the values of a call in it."""
    return bind_query(query, Values(now=moment, given=dict(values)))
