"""The model's expressions as the server prints them.

A scratch schema gets tables with the model's columns and the model's expressions, and is read back like the live one;
then it goes with the transaction. So `status IN ('draft')` and `(status = 'draft'::text)` are compared as the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from groundplan.plan.expressions import Expression, Local, Path
from groundplan.postgres.catalog.facts import Catalog
from groundplan.postgres.catalog.read import DEFAULT_NAMESPACE, read_facts
from groundplan.postgres.ddl import schema_routines
from groundplan.postgres.ddl.triggers import create_trigger, trigger_routine
from groundplan.postgres.model import Column, Index, IndexKey, MaterializedView, Schema, Table
from groundplan.postgres.quoting import expression_sql, quote_identifier, quote_identifiers, quote_text, type_sql

_NAMESPACE: LiteralString = "groundplan_scratch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scratch:
    """What the server made of the model's expressions, and what it did not take, in words."""

    catalog: Catalog
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    what: str
    statement: str


def normalized(schema: Schema, connection: psycopg.Connection, *, views: Mapping[str, str]) -> Scratch:
    """Return the model's expressions as the server prints them; nothing of it stays.

    Has to run inside a transaction. A materialized view whose query `views` lacks is only a table of its columns.
    """
    refused: list[str] = []
    with _scratch_schema(connection):
        for step in _steps(schema, views=views):
            try:
                with connection.transaction():
                    _run(connection, step.statement)
            except psycopg.Error as error:
                reason = error.diag.message_primary or str(error)
                refused.append(f"{step.what} of the model does not load here: {reason}")
        return Scratch(catalog=read_facts(connection, _NAMESPACE), refused=tuple(refused))


@contextmanager
def _scratch_schema(connection: psycopg.Connection) -> Iterator[None]:
    with connection.transaction(force_rollback=True):
        # Names resolve to the scratch tables first, and to what extensions brought after them.
        path = SQL(", ").join((Identifier(_NAMESPACE), Identifier(DEFAULT_NAMESPACE)))
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(_NAMESPACE)))
        connection.execute(SQL("SET LOCAL search_path = {}").format(path))
        connection.execute("SET LOCAL client_min_messages = warning")
        yield


def _run(connection: psycopg.Connection, statement: str) -> None:
    connection.execute(statement.encode())


def _steps(schema: Schema, *, views: Mapping[str, str]) -> Iterator[_Step]:
    enums = {enum.name for enum in schema.enums}
    for enum in schema.enums:
        values = ", ".join(quote_text(value) for value in enum.values)
        yield _Step(
            what=f'enum "{enum.name}"', statement=f"CREATE TYPE {quote_identifier(enum.name)} AS ENUM ({values})"
        )
    for table in schema.tables:
        yield _Step(what=f'table "{table.name}"', statement=_table(table, enums=enums))
    for table in schema.tables:
        for index in table.indexes:
            yield _Step(what=f'index "{index.name}"', statement=_index(index, on=table.name))
        for exclusion in table.exclusions:
            if exclusion.where is not None:
                stand_in = Index(name=exclusion.name, keys=(_first_key(table),), where=exclusion.where)
                yield _Step(what=f'constraint "{exclusion.name}"', statement=_index(stand_in, on=table.name))
    yield from _trigger_steps(schema)
    for view in schema.views:
        query = f"SELECT {quote_identifiers(view.columns)} FROM {quote_identifier(view.table)} WHERE {_sql(view.where)}"  # noqa: S608 - all quoted
        yield _Step(what=f'view "{view.name}"', statement=f"CREATE VIEW {quote_identifier(view.name)} AS {query}")
    for stored in schema.materialized_views:
        yield _Step(what=f'materialized view "{stored.name}"', statement=_stored(stored, query=views.get(stored.name)))
        for index in stored.indexes:
            yield _Step(what=f'index "{index.name}"', statement=_index(index, on=stored.name))


def _trigger_steps(schema: Schema) -> Iterator[_Step]:
    for routine in schema_routines(schema):
        if routine.returns == "trigger":
            name = quote_identifier(routine.name)
            body = "CREATE FUNCTION {} () RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
            yield _Step(what=f'function "{routine.name}"', statement=body.format(name))
    for table in schema.tables:
        for trigger in table.triggers:
            routine = trigger_routine(trigger, table=table, schema=schema)
            statement = create_trigger(trigger, table=table, routine=routine)
            yield _Step(what=f'trigger "{trigger.name}"', statement=statement)


def _table(table: Table, *, enums: set[str]) -> str:
    # The primary key is what lets a view group by it alone (manual 7.2.3).
    lines = [
        *(_column(column, enums=enums) for column in table.columns),
        f"PRIMARY KEY ({quote_identifiers(table.primary_key.columns)})",
        *(f"CONSTRAINT {quote_identifier(check.name)} CHECK ({_sql(check.condition)})" for check in table.checks),
    ]
    return f"CREATE TABLE {quote_identifier(table.name)} ({', '.join(lines)})"


def _column(column: Column, *, enums: set[str]) -> str:
    definition = f"{quote_identifier(column.name)} {type_sql(column.type, enums=enums)}"
    if column.generated is not None:
        return f"{definition} GENERATED ALWAYS AS ({_sql(column.generated)}) STORED"
    if column.default is not None:
        return f"{definition} DEFAULT ({_sql(column.default)})"
    return definition


def _index(index: Index, *, on: str) -> str:
    keys = ", ".join(
        f"({_sql(key.expression)}) {'' if key.operator_class is None else quote_identifier(key.operator_class)}"
        for key in index.keys
    )
    where = "" if index.where is None else f" WHERE {_sql(index.where)}"
    name, table = quote_identifier(index.name), quote_identifier(on)
    return f"CREATE INDEX {name} ON {table} USING {index.method.value} ({keys}){where}"


def _first_key(table: Table) -> IndexKey:
    return IndexKey(expression=Local(table.primary_key.columns[0]))


def _stored(view: MaterializedView, *, query: str | None) -> str:
    name = quote_identifier(view.name)
    if query is None:
        columns = ", ".join(f"{quote_identifier(column)} {type_}" for column, type_ in view.columns)
        return f"CREATE TABLE {name} ({columns})"
    columns = quote_identifiers(column for column, _ in view.columns)
    return f"CREATE MATERIALIZED VIEW {name} ({columns}) AS {query.strip().rstrip(';')} WITH NO DATA"


def _sql(expression: Expression) -> str:
    return expression_sql(expression, name=_column_name)


def _column_name(found: Path | Local) -> str:
    if isinstance(found, Path):
        raise ValueError(f"a path cannot stand in an expression over one row: {found.entity}.{found.attribute}")
    return quote_identifier(found.name)
