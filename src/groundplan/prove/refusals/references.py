"""Foreign keys: a row that points at nothing, or at a row that belongs elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from groundplan.postgres.model import ForeignKey
from groundplan.prove.evidence import ConstraintEvidence
from groundplan.prove.refusals.claims import SQLSTATES, Claim, Kind, Proof
from groundplan.prove.refusals.stage import Stage
from groundplan.prove.specimen import Outcome, Scene
from groundplan.prove.specimen.maker import Wishes


def reference_proofs(stage: Stage) -> Iterator[tuple[Claim, Proof]]:
    """Yield the claim of every foreign key of a table, with what tries it."""
    kind = Kind.FOREIGN_KEY
    for key in stage.table.foreign_keys:
        claim = Claim(table=stage.table.name, kind=kind, sqlstate=SQLSTATES[kind], name=key.name)
        yield claim, partial(_refuse, stage, claim, key)


def _refuse(stage: Stage, claim: Claim, key: ForeignKey) -> ConstraintEvidence:
    scene, accepted = stage.good(filled=frozenset(key.columns))
    refusal = Outcome()
    for scenes in (*_elsewhere(stage, key, scene=scene), *_nowhere(stage, key, scene=scene)):
        # A key of several columns has to refuse both: what is not there, and what does not belong together.
        refusal = stage.trials.attempt_scenes(*scenes)
        if not claim.is_met_by(refusal):
            break
    return claim.evidence(refusal=refusal, accepted=accepted)


def _own_columns(stage: Stage, key: ForeignKey) -> frozenset[str]:
    """Return the columns that no other foreign key uses, or all where every one is shared."""
    shared = {name for other in stage.table.foreign_keys if other is not key for name in other.columns}
    return frozenset(key.columns) - shared or frozenset(key.columns)


def _elsewhere(stage: Stage, key: ForeignKey, *, scene: Scene) -> tuple[tuple[Scene, ...], ...]:
    """Return the row pointing, with the columns that are this key's alone, at a row that is there but does not fit."""
    own = _own_columns(stage, key)
    if own == frozenset(key.columns):
        return ()
    other = stage.maker.scene(stage.trials.schema.table(key.target))
    pointing = {
        column: other.row.values[target]
        for column, target in zip(key.columns, key.target_columns, strict=True)
        if column in own
    }
    return ((other, scene.changed(pointing)),)


def _nowhere(stage: Stage, key: ForeignKey, *, scene: Scene) -> tuple[tuple[Scene, ...], ...]:
    """Return the row pointing at a key that no row has."""
    own = _own_columns(stage, key)
    target = stage.trials.schema.table(key.target)
    # A row of the target that is never inserted has a key that fits in every other way.
    missing = stage.maker.scene(target, wishes=Wishes(filled=frozenset(key.target_columns))).row
    pointing = {
        column: missing.values[name]
        for column, name in zip(key.columns, key.target_columns, strict=True)
        if column in own
    }
    return ((scene.changed(pointing),),)
