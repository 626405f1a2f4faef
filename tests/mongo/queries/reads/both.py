"""One set of rows on both engines: a world of objects as relations, a plan on each, and reads run on each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from pymongo.database import Database

from groundplan.logical.facts import Facts
from groundplan.logical.model import LogicalModel
from groundplan.mongo.design.documents import collections_of
from groundplan.mongo.design.layout import Layout
from groundplan.mongo.load.assemble import Assembler
from groundplan.mongo.model import DocumentModel, MongoDesign
from groundplan.mongo.queries import compile_workload
from groundplan.mongo.queries.binding import bind, plain
from groundplan.mongo.queries.model import CompiledRead, NotCompiled, Query
from groundplan.mongo.queries.running import run_query
from groundplan.mongo.representation import decode, encode
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.types import AttributeType


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationValues:
    """The rows of one relation, by column."""

    relation: str
    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]


def relations_of(world: Any, shop: Any) -> list[RelationValues]:
    """Return the objects of a world as rows of relations, with moments of whole milliseconds."""
    found: list[RelationValues] = []
    for relation in shop.logical.relations:
        rows = [world._columns(row, shop, relation.name) for row in world.rows.get(relation.source, [])]
        columns = tuple(attribute.name for attribute in relation.attributes)
        values = tuple(tuple(row[name] for row in rows) for name in columns)
        found.append(RelationValues(relation=relation.name, columns=columns, values=values))
    return found


def layout_model(resolved: ResolvedPlan, logical: LogicalModel, layout: Layout) -> DocumentModel:
    return DocumentModel(version=6, collections=collections_of(layout, Facts(resolved, logical)))


def compiled_reads(resolved: ResolvedPlan, logical: LogicalModel, model: DocumentModel) -> dict[str, Any]:
    workload = compile_workload(resolved, logical, MongoDesign(model=model))
    return {compiled.pattern: compiled for compiled in workload.patterns}


def load(database: Database[dict[str, Any]], model: DocumentModel, logical: LogicalModel, rows: Sequence[Any]) -> None:
    from bson.raw_bson import RawBSONDocument

    assembler = Assembler(logical, rows)
    for collection in model.collections:
        documents = [RawBSONDocument(document) for document in assembler.documents(collection)]
        if documents:
            database[collection.name].insert_many(documents)


def run(
    database: Database[dict[str, Any]], read: CompiledRead, query: Query, values: Mapping[str, Any], now: dt.datetime
) -> list[dict[str, Any]]:
    """Run a query with values by parameter; returns decoded rows."""
    types = {parameter.name: parameter for parameter in read.parameters}
    filled = {name: _encoded(value, types.get(name)) for name, value in values.items()}
    found = run_query(database, bind(query, filled, now))
    return [{field.name: _decoded(row.get(field.name), field) for field in read.fields} for row in found]


def _encoded(value: Any, parameter: Any) -> Any:
    if parameter is None or parameter.type is None or value is None:
        return plain(value)
    if parameter.is_list:
        return [encode(item, parameter.type) for item in value]
    return encode(value, parameter.type)


def _decoded(value: Any, field: Any) -> Any:
    if field.is_list:
        return [one(item, field.type) for item in value]
    return one(value, field.type)


def one(value: Any, of: AttributeType | None) -> Any:
    return value if of is None else decode(value, of)


def comparable(value: Any) -> Any:
    """Return a value so that what the engines return differently, but means the same, is equal."""
    match value:
        case list() | tuple():
            return [comparable(item) for item in value]
        case dict():
            return {key: comparable(item) for key, item in value.items()}
        case Decimal() | float():
            return float(f"{float(value):.10g}")
        case bool() | int():
            return value
        case UUID():
            return str(value)
        case dt.datetime() if value.tzinfo is None:
            return value.replace(tzinfo=dt.UTC)
        case _:
            return value


def is_not_compiled(compiled: Any) -> bool:
    return isinstance(compiled, NotCompiled)


Connection = psycopg.Connection
