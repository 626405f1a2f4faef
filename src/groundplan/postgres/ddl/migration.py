"""The first migration: everything in one transaction, and back."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.postgres.ddl.remarks import remark
from groundplan.postgres.ddl.routines import SCHEMA_NAME
from groundplan.postgres.ddl.script import QUIET, creation, removal
from groundplan.postgres.model import Schema
from groundplan.postgres.quoting import quote_identifier

_LOCK_TIMEOUT = "5s"
"""How long taking the schema away may hold up others: who waits for a lock holds up all who come after."""


def migration_up(schema: Schema, *, views: Mapping[str, str]) -> str:
    """Return 0001_initial.up.sql; `views` as for `schema_sql`."""
    return _transaction(
        remark("0001_initial, up: creates the whole schema, or nothing."),
        settings=(f"SET LOCAL {QUIET};",),
        blocks=creation(schema, views=views),
    )


def migration_down(schema: Schema) -> str:
    """Return 0001_initial.down.sql, which takes away what the way up created, with all rows in it."""
    return _transaction(
        remark("0001_initial, down: drops the whole schema with all rows in it, or nothing."),
        settings=(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}';",),
        blocks=removal(schema),
    )


def _transaction(head: str, *, settings: tuple[str, ...], blocks: tuple[str, ...]) -> str:
    begin = "\n".join(["BEGIN;", *settings, f"SET LOCAL search_path = {quote_identifier(SCHEMA_NAME)};"])
    return "\n\n".join([head, begin, *blocks, "COMMIT;"]) + "\n"
