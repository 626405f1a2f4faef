"""The function that keeps `updated_at` true."""

from __future__ import annotations

from groundplan.postgres.ddl.routines import Routine, trigger_function
from groundplan.postgres.model import TouchTrigger
from groundplan.postgres.quoting import quote_identifier


def touch_function(trigger: TouchTrigger) -> Routine:
    """Return the function of a touch trigger; tables whose column has the same name share it."""
    column = quote_identifier(trigger.column)
    return trigger_function(
        name=f"touch_{trigger.column}",
        body=f"BEGIN\n    NEW.{column} := now();\n    RETURN NEW;\nEND",
        purpose=f"keeps {trigger.column} true: DEFAULT now() alone never changes it again",
    )
