"""NOT NULL: a row without a value that it has to have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from groundplan.plan.expressions import IsNull, Local
from groundplan.postgres.model import Column, Table
from groundplan.prove.evidence import ConstraintEvidence
from groundplan.prove.refusals.claims import SQLSTATES, Claim, Kind, Proof
from groundplan.prove.refusals.stage import Stage
from groundplan.prove.specimen import Scene
from groundplan.prove.specimen.hints import columns_of


def required_columns(table: Table) -> tuple[Column, ...]:
    """Return the columns that are never NULL; a primary key's are, whatever else is said of them."""
    return tuple(
        column for column in table.columns if not column.is_nullable or column.name in table.primary_key.columns
    )


def required_proofs(stage: Stage) -> Iterator[tuple[Claim, Proof]]:
    """Yield the claim of every required column of a table, with what tries it."""
    kind = Kind.NOT_NULL
    for column in required_columns(stage.table):
        claim = Claim(table=stage.table.name, kind=kind, sqlstate=SQLSTATES[kind], column=column.name)
        proof = _refuse if column.generated is None else _refuse_computed
        yield claim, partial(proof, stage, claim, column)


def _refuse(stage: Stage, claim: Claim, column: Column) -> ConstraintEvidence:
    scene, accepted = stage.good()
    bad = _without(stage, column.name, scene=scene)
    if bad is not None:
        return claim.evidence(refusal=stage.trials.attempt_scenes(bad), accepted=accepted)
    implied_by = _implying_check(stage, column.name, scene=scene)
    reason = f"every row without it also violates {implied_by or 'a check'}"
    return claim.evidence(refusal=None, accepted=accepted, implied_by=implied_by, reason=reason)


def _refuse_computed(stage: Stage, claim: Claim, column: Column) -> ConstraintEvidence:
    """Look for a row whose computed value is NULL; where none is, its expression says it already."""
    scene, accepted = stage.good()
    has_value = IsNull(operand=Local(column.name), is_negated=True)
    sources = frozenset() if column.generated is None else columns_of(column.generated)
    choices = stage.choices(scene, sources, can_be_null=False)
    found = stage.maker.solver.first(
        stage.table,
        fixed=stage.fixed(scene, but=choices),
        choices=choices,
        holding=stage.conditions,
        failing=(has_value,),
    )
    if found is not None:
        return claim.evidence(refusal=stage.trials.attempt_scenes(scene.changed(found)), accepted=accepted)
    reason = "it is computed, and no row was found whose value would be NULL"
    return claim.evidence(refusal=None, accepted=accepted, implied_by="GENERATED ALWAYS AS", reason=reason)


def _without(stage: Stage, column: str, *, scene: Scene) -> Scene | None:
    """Return the row without a value, every check still met; other columns move where a check ties them to it."""
    tied = stage.tied(frozenset({column}), by=stage.conditions) - {column}
    for columns in dict.fromkeys((frozenset[str](), tied)):
        choices = {**stage.choices(scene, columns, can_be_null=False), column: (None,)}
        found = stage.maker.solver.first(
            stage.table, fixed=stage.fixed(scene, but=choices), choices=choices, holding=stage.conditions
        )
        if found is not None:
            return scene.changed(found)
    return None


def _implying_check(stage: Stage, column: str, *, scene: Scene) -> str | None:
    """Return a check that no row without the column meets."""
    for check in stage.table.checks:
        tied = stage.tied(frozenset({column}), by=(check.condition,)) - {column}
        choices = {**stage.choices(scene, tied, can_be_null=False), column: (None,)}
        found = stage.maker.solver.first(
            stage.table, fixed=stage.fixed(scene, but=choices), choices=choices, holding=(check.condition,)
        )
        if found is None:
            return check.name
    return None
