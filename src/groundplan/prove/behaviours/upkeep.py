"""What a scheduler calls: procedures that delete what has expired, and refreshes of materialized views."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from groundplan.postgres.model import ExpiryProcedure, MaterializedView
from groundplan.postgres.quoting import statements
from groundplan.prove.behaviours.stage import Behaviour, Sight, Stage
from groundplan.prove.evidence import POSTGRES, BehaviourEvidence
from groundplan.prove.specimen import Command, NoSpecimen, Scene
from groundplan.prove.specimen.maker import Wishes

_PAST = ("2001-01-01 00:00:00+00", "2002-01-01 00:00:00+00")
_FUTURE = "2999-01-01 00:00:00+00"


def refresh_behaviours(stage: Stage) -> Iterator[Behaviour]:
    """Yield the refresh of every materialized view."""
    for view in stage.schema.materialized_views:
        yield Behaviour(object=view.name, behaviour="refresh while it is read", watch=partial(_refresh, stage, view))


def _refresh(stage: Stage, view: MaterializedView) -> Sight:
    outcome = stage.perform(Command(sql=statements.refresh_view(view.name)))
    if outcome.is_accepted:
        return Sight(holds=True, seen="REFRESH CONCURRENTLY, which its unique index allows, was accepted")
    return Sight(holds=False, seen=f"not so: REFRESH CONCURRENTLY was answered with {outcome.in_words}")


def observe_expiry(stage: Stage, expiry: ExpiryProcedure) -> BehaviourEvidence:
    """Call an expiry procedure on a row whose time has come and on one whose time has not.

    The procedure commits, so nothing can be rolled back: every table has to be empty before, and is afterwards.
    """
    sight = _watch_expiry(stage, expiry)
    return BehaviourEvidence(
        engine=POSTGRES, object=expiry.name, behaviour="deletes what has expired", holds=sight.holds, seen=sight.seen
    )


def _watch_expiry(stage: Stage, expiry: ExpiryProcedure) -> Sight:
    tables = tuple(table.name for table in stage.schema.tables)
    for name in tables:
        if stage.trials.run(Command(sql=statements.has_rows(name))) != [(False,)]:
            return Sight(holds=False, seen=f"not tried: it commits, and {name} holds rows")
    try:
        past = tuple(_scene(stage, expiry, moment) for moment in _PAST)
        future = _scene(stage, expiry, _FUTURE)
    except NoSpecimen as error:
        return Sight(holds=False, seen=f"not tried: {error}")
    try:
        with stage.trials.connection.transaction():
            for scene in (*past, future):
                stage.trials.insert(scene.rows)
        stage.trials.run(Command(sql=statements.call_procedure(expiry.name)))
        left = [stage.look(scene.row) is not None for scene in (*past, future)]
    finally:
        if not stage.trials.connection.closed:
            stage.trials.run(Command(sql=statements.truncate(tables)))
    if left == [False] * len(past) + [True]:
        return Sight(holds=True, seen=f"of {len(past)} expired rows and a current one, CALL left the current one")
    return Sight(holds=False, seen=f"not so: CALL left {sum(left[:-1])} expired and {int(left[-1])} current rows")


def _scene(stage: Stage, expiry: ExpiryProcedure, moment: str) -> Scene:
    table = stage.schema.table(expiry.table)
    return stage.maker.scene(table, wishes=Wishes(given={expiry.column: moment}))
