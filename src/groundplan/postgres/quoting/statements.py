"""Statements about single rows, with `$n` for every value: what a proof runs against a live table."""

from __future__ import annotations

from collections.abc import Collection

from groundplan.postgres.quoting.identifiers import quote_identifier, quote_identifiers
from groundplan.postgres.quoting.literals import quote_text
from groundplan.postgres.quoting.types import type_sql


def insert_row(table: str, columns: tuple[str, ...]) -> str:
    """Return INSERT of one row, `$1` … in the order of `columns`."""
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    return f"INSERT INTO {quote_identifier(table)} ({quote_identifiers(columns)}) VALUES ({places})"  # noqa: S608


def update_rows(table: str, *, changed: tuple[str, ...], where: tuple[str, ...]) -> str:
    """Return UPDATE: the new values first, then what the rows are found by."""
    settings = ", ".join(f"{quote_identifier(column)} = ${number}" for number, column in enumerate(changed, start=1))
    condition = _equals(where, first=len(changed) + 1)
    return f"UPDATE {quote_identifier(table)} SET {settings} WHERE {condition}"  # noqa: S608


def delete_rows(table: str, *, where: tuple[str, ...]) -> str:
    """Return DELETE of the rows found by `where`."""
    return f"DELETE FROM {quote_identifier(table)} WHERE {_equals(where, first=1)}"  # noqa: S608


def select_rows(table: str, *, columns: tuple[str, ...], where: tuple[str, ...]) -> str:
    """Return SELECT of the rows found by `where`, every column as the text PostgreSQL prints."""
    shown = ", ".join(f"{quote_identifier(column)}::text" for column in columns)
    return f"SELECT {shown} FROM {quote_identifier(table)} WHERE {_equals(where, first=1)}"  # noqa: S608


def has_rows(table: str) -> str:
    """Return a statement that tells whether a table holds any row."""
    return f"SELECT EXISTS (SELECT 1 FROM {quote_identifier(table)})"  # noqa: S608


def count_rows(table: str) -> str:
    """Return a statement that counts the rows of a table or a view."""
    return f"SELECT count(*) FROM {quote_identifier(table)}"  # noqa: S608


def truncate(tables: tuple[str, ...]) -> str:
    """Return TRUNCATE of several tables at once; their sequences start again."""
    return f"TRUNCATE {quote_identifiers(tables)} RESTART IDENTITY"


def refresh_view(name: str) -> str:
    """Return REFRESH of a materialized view that others go on reading meanwhile."""
    return f"REFRESH MATERIALIZED VIEW CONCURRENTLY {quote_identifier(name)}"


def value_of(expression: str) -> str:
    """Return SELECT of one expression's value as text; the expression is SQL already."""
    return f"SELECT ({expression})::text"


def call_procedure(name: str) -> str:
    """Return CALL of a procedure whose arguments all have defaults."""
    return f"CALL {quote_identifier(name)}()"


def drop_constraint(table: str, *, name: str) -> str:
    """Return ALTER TABLE that drops a constraint and the foreign keys that rest on it."""
    return f"ALTER TABLE {quote_identifier(table)} DROP CONSTRAINT {quote_identifier(name)} CASCADE"


def drop_index(name: str) -> str:
    """Return DROP INDEX."""
    return f"DROP INDEX {quote_identifier(name)}"


def explain_rows_pointing_at(table: str, *, columns: tuple[str, ...], is_deleted: bool) -> str:
    """Return EXPLAIN of what a referential action asks of the referencing table (ri_triggers.c).

    A cascade deletes the rows, any other action locks them; both find them by `$1 = column`.
    """
    name = quote_identifier(table)
    condition = " AND ".join(
        f"${number} = pointing.{quote_identifier(column)}" for number, column in enumerate(columns, start=1)
    )
    query = (
        f"DELETE FROM ONLY {name} AS pointing WHERE {condition}"  # noqa: S608
        if is_deleted
        else f"SELECT 1 FROM ONLY {name} AS pointing WHERE {condition} FOR KEY SHARE OF pointing"  # noqa: S608
    )
    return f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {query}"


def constant(value: str | None, *, type: str, enums: Collection[str]) -> str:  # noqa: A002 - the word of SQL
    """Return a value in PostgreSQL's input spelling as a constant of a type."""
    return f"{'NULL' if value is None else quote_text(value)}::{type_sql(type, enums=enums)}"


def _equals(columns: tuple[str, ...], *, first: int) -> str:
    return " AND ".join(f"{quote_identifier(column)} = ${number}" for number, column in enumerate(columns, start=first))
