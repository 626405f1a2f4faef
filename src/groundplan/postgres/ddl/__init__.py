"""The schema as SQL: schema.sql, the first migration, and what takes either back."""

from groundplan.postgres.ddl.migration import migration_down, migration_up
from groundplan.postgres.ddl.routines import SCHEMA_NAME, Argument, Routine
from groundplan.postgres.ddl.script import drop_sql, schema_routines, schema_sql

__all__ = [
    "SCHEMA_NAME",
    "Argument",
    "Routine",
    "drop_sql",
    "migration_down",
    "migration_up",
    "schema_routines",
    "schema_sql",
]
