"""The first migration: up, down, and up again."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from groundplan.postgres.catalog import differences, everything
from groundplan.postgres.ddl import migration_down, migration_up
from groundplan.postgres.model import Schema
from groundplan.prove.evidence import POSTGRES, MigrationEvidence


def prove_migration(connection: psycopg.Connection, *, schema: Schema, views: Mapping[str, str]) -> MigrationEvidence:
    """Apply, revert and apply again the first migration in an empty database; it is left applied.

    Each time it is up the catalog equals the model, and down leaves what was there before. A statement that fails is a
    difference. Raises ValueError unless the connection is in autocommit mode: the scripts begin and commit themselves.
    """
    if not connection.autocommit:
        raise ValueError("a migration is proven on a connection in autocommit mode")
    up, down = migration_up(schema, views=views), migration_down(schema)
    before = everything(connection)
    first = _applied(connection, up, "up") or differences(schema, connection, views=views)
    failed = _applied(connection, down, "down")
    after = everything(connection)
    left = tuple(f"down leaves {found}" for found in after if found not in set(before))
    lost = tuple(f"down takes {found} away" for found in before if found not in set(after))
    again = _applied(connection, up, "up again") or differences(schema, connection, views=views)
    return MigrationEvidence(
        engine=POSTGRES,
        is_up_equal=not first and not again,
        is_down_empty=not failed and not left and not lost,
        differences=(*first, *failed, *left, *lost, *again),
    )


def _applied(connection: psycopg.Connection, script: str, name: str) -> tuple[str, ...]:
    """Run a script; return what made it fail."""
    try:
        connection.execute(script.encode())
    except psycopg.DatabaseError as error:
        if error.sqlstate is None or connection.broken:
            raise
        connection.rollback()
        return (f"{name} fails with {error.sqlstate}: {error.diag.message_primary}",)
    return ()
