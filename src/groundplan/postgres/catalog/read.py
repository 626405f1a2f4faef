"""The whole catalog of one schema, read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier

from groundplan.postgres.catalog.constraints import read_checks, read_exclusions, read_foreign_keys, read_keys
from groundplan.postgres.catalog.facts import Catalog, Facts
from groundplan.postgres.catalog.indexes import read_indexes
from groundplan.postgres.catalog.routines import read_routines, read_triggers
from groundplan.postgres.catalog.tables import read_columns, read_tables
from groundplan.postgres.catalog.types import read_enums, read_extensions, read_others
from groundplan.postgres.catalog.views import read_views

Reader = Callable[[psycopg.Connection, str], tuple[Facts, ...]]

READERS: tuple[Reader, ...] = (
    read_extensions,
    read_enums,
    read_tables,
    read_columns,
    read_keys,
    read_checks,
    read_foreign_keys,
    read_exclusions,
    read_indexes,
    read_triggers,
    read_routines,
    read_views,
    read_others,
)

DEFAULT_NAMESPACE: LiteralString = "public"


def read_catalog(connection: psycopg.Connection, *, namespace: str = DEFAULT_NAMESPACE) -> Catalog:
    """Return everything in a schema of a database; names in it are printed as seen from within that schema."""
    with connection.transaction(force_rollback=True):
        connection.execute(SQL("SET LOCAL search_path = {}").format(Identifier(namespace)))
        return read_facts(connection, namespace)


def read_facts(connection: psycopg.Connection, namespace: str) -> Catalog:
    """Return everything in a schema, names printed as the search path at hand has it.

    `namespace` is passed as text to regnamespace, which reads it as an identifier: it has to be a plain word.
    """
    return Catalog(tuple(fact for reader in READERS for fact in reader(connection, namespace)))
