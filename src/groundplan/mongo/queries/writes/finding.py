"""Finding the rows of a write first, where a filter cannot say which they are or others follow from them."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.mongo.model import KEY
from groundplan.mongo.queries.model import Aggregate, Bson, Command, Find, Query, Remember
from groundplan.mongo.queries.reads.compiling import compile_read
from groundplan.mongo.queries.writes.context import Context
from groundplan.mongo.queries.writes.found import ROW, kept_rows
from groundplan.mongo.queries.writes.given import attribute_path
from groundplan.mongo.queries.writes.rows import Selection
from groundplan.plan.patterns import Demand, Field, ReadPattern

FOUND = "found"
"""The name under which the rows of a write are kept."""


def find_rows(selection: Selection, *, attributes: tuple[str, ...], context: Context, name: str = FOUND) -> Remember:
    """Return the query that keeps these attributes of the rows that a write is about."""
    if selection.is_joined:
        return Remember(name=name, query=_read(selection, attributes, context))
    found = kept_rows(context.places, selection.relation.name, selection.conditions, attributes=attributes)
    if selection.tests:
        *before, last = found.stages
        tests: Command = {"$match": {"$expr": selection.test}}
        found = Aggregate(collection=found.collection, stages=(*before, tests, last))
    return Remember(name=name, query=found)


def _read(selection: Selection, attributes: tuple[str, ...], context: Context) -> Aggregate:
    """Return the query of a read of the same rows, each as one field."""
    relation = selection.relation
    fields = tuple(
        Field(name=name, expression=attribute_path(relation.source, relation.attribute(name), context)[0])
        for name in attributes
    )
    pattern = ReadPattern(
        name="",
        entity=relation.source,
        fields=fields,
        where=selection.where,
        demand=Demand(rate=None, target_ms=None, is_target_assumed=False),
    )
    return _as_rows(compile_read(pattern, storage=context.storage).first)


def _as_rows(query: Query) -> Aggregate:
    if isinstance(query, Find):
        shown = {name: f"${name}" if value == 1 else value for name, value in query.projection.items() if value != 0}
        return Aggregate(collection=query.collection, stages=({"$match": query.filter}, _as_row(shown)))
    *before, last = query.stages
    project = last.get("$project")
    if not isinstance(project, Mapping):
        raise TypeError("a read ends with its projection")
    names = [name for name, value in project.items() if value != 0]
    return Aggregate(collection=query.collection, stages=(*before, last, _as_row({name: f"${name}" for name in names})))


def _as_row(shown: Mapping[str, Bson]) -> Command:
    return {"$project": {KEY: 0, ROW: shown}}
