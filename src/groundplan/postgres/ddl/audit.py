"""The function that writes the audit trail of a table."""

from __future__ import annotations

from textwrap import indent

from groundplan.postgres.ddl.routines import Routine, qualified, trigger_function
from groundplan.postgres.model import AuditColumn, AuditTrigger, Table
from groundplan.postgres.quoting import quote_identifier, quote_identifiers, quote_text

ACTOR_SETTING = "audit.actor"
"""The setting by which an application that shares one role tells who acts: `SET LOCAL audit.actor = 'ada'`."""

_BODY = """\
#variable_conflict use_variable
DECLARE
    -- The application's word for who acts, else the role set, else the role signed in as.
    actor CONSTANT text := coalesce(
        nullif(current_setting({actor_setting}, true), ''),
        nullif(current_setting('role', true), 'none'),
        session_user);
    hidden CONSTANT text[] := ARRAY[{hidden}]::text[];
    old_row jsonb;
    new_row jsonb;
    old_values jsonb;
    new_values jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        old_row := to_jsonb(OLD) - hidden;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        new_row := to_jsonb(NEW) - hidden;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT coalesce(jsonb_object_agg(o.key, o.value), '{{}}'), coalesce(jsonb_object_agg(n.key, n.value), '{{}}')
        INTO old_values, new_values
        FROM jsonb_each(old_row) AS o
        JOIN jsonb_each(new_row) AS n ON n.key = o.key
        WHERE n.value IS DISTINCT FROM o.value;
    ELSE
        old_values := old_row;
        new_values := new_row;
    END IF;
    INSERT INTO {audit_table}
        ({columns})
    VALUES
        (now(), actor, lower(TG_OP), {row_key}, old_values, new_values);
    RETURN NULL;
END"""

_COLUMNS = (
    AuditColumn.CHANGED_AT,
    AuditColumn.CHANGED_BY,
    AuditColumn.OPERATION,
    AuditColumn.ROW_KEY,
    AuditColumn.OLD_VALUES,
    AuditColumn.NEW_VALUES,
)


def audit_function(trigger: AuditTrigger, *, table: Table) -> Routine:
    """Return the function of an audit trigger.

    It writes with its owner's rights, so that nobody else needs any on the trail. Generated columns are left out: they
    say nothing that their sources don't.
    """
    generated = tuple(column.name for column in table.columns if column.generated is not None)
    hidden = tuple(dict.fromkeys((*trigger.hidden, *generated)))
    body = _BODY.format(
        actor_setting=quote_text(ACTOR_SETTING),
        hidden=", ".join(quote_text(name) for name in hidden),
        audit_table=qualified(trigger.audit_table),
        columns=quote_identifiers(column.value for column in _COLUMNS),
        row_key=_row_key(tuple(name for name in trigger.key if name not in hidden)),
    )
    return trigger_function(
        name=trigger.name,
        body=body,
        is_security_definer=True,
        purpose=f"writes who did what to {table.name}, and when, to {trigger.audit_table}; never a secret",
    )


def _row_key(key: tuple[str, ...]) -> str:
    members = ",\n".join(
        f"{quote_text(name)}, coalesce(OLD.{quote_identifier(name)}, NEW.{quote_identifier(name)})" for name in key
    )
    return f"jsonb_build_object(\n{indent(members, ' ' * 12)})" if len(key) > 1 else f"jsonb_build_object({members})"
