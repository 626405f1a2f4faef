"""Running the catalog's queries: one namespace, `$1`, in each."""

from __future__ import annotations

from typing import Any, LiteralString

import psycopg

Row = tuple[Any, ...]
"""One row of a query of the catalog; its shape stands beside the query."""


def rows_of(connection: psycopg.Connection, query: LiteralString, namespace: str) -> list[Row]:
    """Run a query on one namespace; `$1` rather than `%s`, as the catalog's operators include `%`."""
    with psycopg.RawCursor(connection) as cursor:
        return cursor.execute(query, (namespace,)).fetchall()


def texts(array: list[str] | None) -> tuple[str, ...]:
    """Return an array of names; NULL is none."""
    return tuple(array or ())
