"""Exclusion constraints: two rows for which every operator holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from groundplan.postgres.model import ExclusionConstraint
from groundplan.postgres.quoting import search
from groundplan.prove.evidence import ConstraintEvidence
from groundplan.prove.refusals.claims import SQLSTATES, Claim, Kind, Proof
from groundplan.prove.refusals.stage import Stage
from groundplan.prove.specimen import Command, Outcome, Scene
from groundplan.prove.specimen.maker import Wishes


def exclusion_proofs(stage: Stage) -> Iterator[tuple[Claim, Proof]]:
    """Yield the claim of every exclusion constraint of a table, with what tries it."""
    kind = Kind.EXCLUSION
    for exclusion in stage.table.exclusions:
        claim = Claim(table=stage.table.name, kind=kind, sqlstate=SQLSTATES[kind], name=exclusion.name)
        yield claim, partial(_refuse, stage, claim, exclusion)


def _refuse(stage: Stage, claim: Claim, exclusion: ExclusionConstraint) -> ConstraintEvidence:
    wishes = Wishes(
        filled=frozenset(column for column, _ in exclusion.members),
        holding=() if exclusion.where is None else (exclusion.where,),
    )
    first, second, accepted = stage.two_good(wishes=wishes)
    related = _related(stage, exclusion, first=first, second=second)
    if related is None:
        return claim.evidence(refusal=None, accepted=accepted, reason="no two rows were found that it excludes")
    refusal: Outcome = stage.trials.attempt_scenes(first, second.changed(related))
    return claim.evidence(refusal=refusal, accepted=accepted)


def _related(
    stage: Stage, exclusion: ExclusionConstraint, *, first: Scene, second: Scene
) -> dict[str, str | None] | None:
    """Return values that stand to the first row's as each operator asks; None where none were found."""
    related: dict[str, str | None] = {}
    enums = tuple(enum.name for enum in stage.trials.schema.enums)
    for column, operator in exclusion.members:
        wanted = first.row.values[column]
        choices = stage.choices(second, frozenset({column}), can_be_null=False)[column]
        # The first row's own value: for what points somewhere it is there, and most operators hold between equals.
        values = [wanted, *(value for value in choices if value is not None)]
        query = search.related_value(type=stage.table.column(column).type, operator=operator, enums=enums)
        rows = stage.trials.run(Command(sql=query, values=(values, wanted)))
        if not rows:
            return None
        related[column] = rows[0][0]
    return related
