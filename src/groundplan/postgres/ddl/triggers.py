"""Triggers, and the functions that they call."""

from __future__ import annotations

from typing import assert_never

from groundplan.postgres.ddl.audit import audit_function
from groundplan.postgres.ddl.routines import Routine
from groundplan.postgres.ddl.soft_delete import soft_delete_function
from groundplan.postgres.ddl.touch import touch_function
from groundplan.postgres.model import AuditTrigger, Schema, SoftDeleteTrigger, Table, TouchTrigger, Trigger
from groundplan.postgres.quoting import quote_identifier


def trigger_routine(trigger: Trigger, *, table: Table, schema: Schema) -> Routine:
    """Return the function that a trigger calls."""
    match trigger:
        case TouchTrigger():
            return touch_function(trigger)
        case AuditTrigger():
            return audit_function(trigger, table=table)
        case SoftDeleteTrigger():
            return soft_delete_function(trigger, table=table, schema=schema)
        case _:
            assert_never(trigger)


def create_trigger(trigger: Trigger, *, table: Table, routine: Routine) -> str:
    """Return CREATE TRIGGER."""
    return (
        f"CREATE TRIGGER {quote_identifier(trigger.name)}\n"
        f"    {_event(trigger)} ON {quote_identifier(table.name)}\n"
        f"    FOR EACH ROW{_condition(trigger)} EXECUTE FUNCTION {quote_identifier(routine.name)}();"
    )


def _event(trigger: Trigger) -> str:
    match trigger:
        case TouchTrigger():
            return "BEFORE UPDATE"
        case AuditTrigger():
            return "AFTER INSERT OR UPDATE OR DELETE"
        case SoftDeleteTrigger():
            return "AFTER UPDATE"
        case _:
            assert_never(trigger)


def _condition(trigger: Trigger) -> str:
    match trigger:
        case TouchTrigger() | AuditTrigger():
            return ""
        case SoftDeleteTrigger():
            column = quote_identifier(trigger.column)
            return f" WHEN (OLD.{column} IS NULL AND NEW.{column} IS NOT NULL)"
        case _:
            assert_never(trigger)
