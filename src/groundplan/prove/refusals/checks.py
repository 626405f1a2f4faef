"""Checks: a row for which one check is false and every other holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from groundplan.plan.expressions import Expression
from groundplan.postgres.model import Check
from groundplan.prove.evidence import ConstraintEvidence
from groundplan.prove.refusals.claims import SQLSTATES, Claim, Kind, Proof
from groundplan.prove.refusals.stage import Stage
from groundplan.prove.specimen import Outcome, Scene
from groundplan.prove.specimen.hints import columns_of


def check_proofs(stage: Stage) -> Iterator[tuple[Claim, Proof]]:
    """Yield the claim of every check of a table, with what tries it."""
    for check in stage.table.checks:
        claim = Claim(table=stage.table.name, kind=Kind.CHECK, sqlstate=SQLSTATES[Kind.CHECK], name=check.name)
        yield claim, partial(_refuse, stage, claim, check)


def _refuse(stage: Stage, claim: Claim, check: Check) -> ConstraintEvidence:
    others = tuple(other.condition for other in stage.table.checks if other is not check)
    scene, accepted = stage.good()
    bad = _violation(stage, scene, check=check, others=others)
    if bad is None:
        # A reference that is NULL in the usual row may be what the check is about.
        scene, accepted = stage.good(filled=columns_of(check.condition))
        bad = _violation(stage, scene, check=check, others=others)
    if bad is not None:
        return claim.evidence(refusal=stage.trials.attempt_scenes(bad), accepted=accepted)
    return _implied(stage, scene, claim=claim, check=check, accepted=accepted)


def _violation(stage: Stage, scene: Scene, *, check: Check, others: tuple[Expression, ...]) -> Scene | None:
    tied = stage.tied(columns_of(check.condition), by=others)
    for columns in dict.fromkeys((columns_of(check.condition), tied)):
        choices = stage.choices(scene, columns, can_be_null=False)
        found = stage.maker.solver.first(
            stage.table,
            fixed=stage.fixed(scene, but=choices),
            choices=choices,
            holding=others,
            failing=(check.condition,),
        )
        if found is not None:
            return scene.changed(found)
    return None


def _implied(stage: Stage, scene: Scene, *, claim: Claim, check: Check, accepted: Outcome) -> ConstraintEvidence:
    """Say which other constraint every row tried is refused by, or that there is none."""
    others = {other.condition: other.name for other in stage.table.checks if other is not check}
    columns = stage.tied(columns_of(check.condition), by=tuple(others))
    choices = stage.choices(scene, columns, can_be_null=False)
    fixed = stage.fixed(scene, but=choices)
    broken = stage.maker.solver.broken(
        stage.table, fixed=fixed, choices=choices, failing=check.condition, among=tuple(others)
    )
    if broken.others:
        name = others[broken.others[0]]
        reason = f"each of the {broken.rows} rows tried that violate it also violates {name}"
        return claim.evidence(refusal=None, accepted=accepted, implied_by=name, reason=reason)
    if broken.rows:
        reason = f"each of the {broken.rows} rows tried that violate it also violates another check"
        return claim.evidence(refusal=None, accepted=accepted, reason=reason)
    required = _required_column(stage, scene, check=check, others=tuple(others))
    if required is not None:
        reason = f"only a row without {required} violates it"
        return claim.evidence(refusal=None, accepted=accepted, implied_by=f"NOT NULL of {required}", reason=reason)
    return claim.evidence(refusal=None, accepted=accepted, reason="no row was found that violates it")


def _required_column(stage: Stage, scene: Scene, *, check: Check, others: tuple[Expression, ...]) -> str | None:
    """Return the required column that is NULL in a row that violates the check."""
    choices = stage.choices(scene, columns_of(check.condition), can_be_null=True)
    found = stage.maker.solver.first(
        stage.table, fixed=stage.fixed(scene, but=choices), choices=choices, holding=others, failing=(check.condition,)
    )
    if found is None:
        return None
    missing = (name for name, value in found.items() if value is None and not stage.table.column(name).is_nullable)
    return next(missing, None)
