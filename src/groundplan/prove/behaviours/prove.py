"""Everything that a schema does by itself, seen on rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg

from groundplan.logical.model import LogicalModel
from groundplan.postgres.model import Schema
from groundplan.prove.behaviours.references import reference_behaviours
from groundplan.prove.behaviours.soft_delete import soft_delete_behaviours
from groundplan.prove.behaviours.stage import Behaviour, Stage
from groundplan.prove.behaviours.triggers import trigger_behaviours
from groundplan.prove.behaviours.upkeep import observe_expiry, refresh_behaviours
from groundplan.prove.evidence import BehaviourEvidence
from groundplan.prove.specimen import Maker, Trials
from groundplan.prove.specimen.solver import Solver

_BEHAVIOURS: tuple[Callable[[Stage], Iterator[Behaviour]], ...] = (
    reference_behaviours,
    soft_delete_behaviours,
    trigger_behaviours,
    refresh_behaviours,
)


def prove_behaviours(
    connection: psycopg.Connection, *, logical: LogicalModel, schema: Schema
) -> tuple[BehaviourEvidence, ...]:
    """Exercise every behaviour of a schema that is loaded and whose tables are empty; they are empty afterwards.

    Referential actions, soft deletion and its consequences, touched timestamps, audit trails, refreshes and expiry.
    Raises ValueError unless the connection is in autocommit mode and idle: procedures that commit need that.
    """
    if not connection.autocommit or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise ValueError("behaviours are proven on an idle connection in autocommit mode")
    trials = Trials(connection=connection, schema=schema)
    stage = Stage(schema=schema, logical=logical, maker=Maker(solver=Solver(trials=trials)), trials=trials)
    with trials.taken_back():
        seen = [stage.observe(behaviour) for behaviours in _BEHAVIOURS for behaviour in behaviours(stage)]
    return (*seen, *(observe_expiry(stage, expiry) for expiry in schema.expiries))
