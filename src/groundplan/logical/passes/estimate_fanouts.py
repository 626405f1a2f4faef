"""Estimate how many rows refer to one target, from what the plan says and from the rows of both sides."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Assumption
from groundplan.base.figures import figure
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.fanout import estimate, is_said, mean_of
from groundplan.logical.model import FanoutEstimate, Reference, Relation, RelationKind
from groundplan.plan.model import Arrow
from groundplan.plan.quantities import Fanout

NULL_SHARE_WHERE_SILENT = 0.5
"""The share of rows that leave an optional reference empty, where nothing tells."""


def estimate_fanouts(draft: LogicalDraft) -> LogicalDraft:
    """Estimate how many rows refer to one target, from what the plan says and from the rows of both sides.

    The mean is rows per target, whatever quantiles the plan gives: the rows are the better known number. Where an
    optional reference has a fan-out, its mean tells how many rows leave the reference empty.
    """
    by_name = {relation.name: relation for relation in draft.relations}
    relations: list[Relation] = []
    assumptions: list[Assumption] = []
    for relation in draft.relations:
        references: list[Reference] = []
        for position, reference in enumerate(relation.references):
            target = by_name[reference.target]
            said = _said(draft, relation, reference, position=position)
            null_share = _null_share(relation, reference, said=said, target=target)
            fanout = _fanout(relation, reference, said=said, target=target, null_share=null_share)
            references.append(replace(reference, fanout=fanout, null_share=null_share))
            assumptions += _assumptions(relation, references[-1], said=said)
        relations.append(replace(relation, references=tuple(references)))
    return draft.with_relations(relations, assumptions=assumptions)


def _said(draft: LogicalDraft, relation: Relation, reference: Reference, *, position: int) -> Fanout:
    """Return what the plan says of how many rows refer to one target."""
    relationship = draft.scope.relationship(reference.relationship)
    if relation.kind is RelationKind.LINK:
        return relationship.fanout if position == 0 else relationship.inverse_fanout
    match relationship.arrow:
        case Arrow.ONE_TO_MANY:
            return relationship.fanout
        case Arrow.MANY_TO_ONE | Arrow.ONE_TO_ONE | Arrow.MANY_TO_MANY:
            return relationship.inverse_fanout


def _null_share(relation: Relation, reference: Reference, *, said: Fanout, target: Relation) -> float:
    if not reference.is_optional:
        return 0.0
    if target.rows.now == 0 or relation.rows.now == 0:
        return 1.0
    mean = mean_of(said, among=target.rows.now)
    if mean is None:
        return NULL_SHARE_WHERE_SILENT
    return min(max(1 - mean * target.rows.now / relation.rows.now, 0.0), 1.0)


def _fanout(
    relation: Relation, reference: Reference, *, said: Fanout, target: Relation, null_share: float
) -> FanoutEstimate:
    mean = relation.rows.now * (1 - null_share) / max(target.rows.now, 1)
    if reference.is_unique:
        mean = min(mean, 1.0)
        median = 1.0 if mean >= 0.5 else 0.0
        return FanoutEstimate(mean=mean, p50=median, p99=1.0, max=1.0, is_assumed=False, is_bounded=True)
    return estimate(said, mean=mean, among=target.rows.now)


def _assumptions(relation: Relation, reference: Reference, *, said: Fanout) -> list[Assumption]:
    found: list[Assumption] = []
    if reference.fanout.is_assumed:
        found.append(
            Assumption(
                object=reference.relationship,
                fact=f"{relation.name} for one of {reference.target}",
                value=f"{figure(reference.fanout.mean)} on average, spread by chance",
                if_wrong=(
                    f"ten times as many for the busiest {reference.target} make their pages and cascades ten times "
                    "as long; write `inverse_fanout` (or `fanout`) with p50, p99 and max"
                ),
                origin=reference.origin,
            )
        )
    if reference.is_optional and not is_said(said):
        found.append(
            Assumption(
                object=reference.relationship,
                fact=f"share of {relation.name} without {reference.name}",
                value=f"{reference.null_share:.0%}",
                if_wrong="the index of the reference is smaller or larger by as much; nothing else changes",
                origin=reference.origin,
            )
        )
    return found
