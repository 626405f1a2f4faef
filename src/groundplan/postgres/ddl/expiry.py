"""Procedures that delete what has expired."""

from __future__ import annotations

from groundplan.postgres.ddl.routines import Argument, Routine, RoutineKind, qualified
from groundplan.postgres.model import ExpiryProcedure
from groundplan.postgres.quoting import quote_identifier

_BODY = """\
#variable_conflict use_variable
DECLARE
    removed bigint;
BEGIN
    LOOP
        -- The subquery locks what it finds and steps over what others hold, so several runs share the work.
        DELETE FROM {table} AS expired
        WHERE expired.ctid = ANY (ARRAY(
            SELECT due.ctid
            FROM {table} AS due
            WHERE due.{column} < now()
            ORDER BY due.{column}
            LIMIT batch
            FOR UPDATE SKIP LOCKED));
        GET DIAGNOSTICS removed = ROW_COUNT;
        COMMIT;
        EXIT WHEN removed < batch;
    END LOOP;
END"""


def expiry_routine(expiry: ExpiryProcedure) -> Routine:
    """Return the procedure.

    It commits after each batch, so it cannot fix a search path (CREATE PROCEDURE, Notes) and names its schema instead.
    """
    name = quote_identifier(expiry.name)
    return Routine(
        name=expiry.name,
        kind=RoutineKind.PROCEDURE,
        arguments=(Argument(name="batch", type="integer", default=str(expiry.batch)),),
        body=_BODY.format(table=qualified(expiry.table), column=quote_identifier(expiry.column)),
        purpose=f"deletes from {expiry.table} what {expiry.column} puts in the past; for a scheduler: CALL {name}()",
    )
