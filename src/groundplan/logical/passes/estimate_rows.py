"""Estimate how many rows each relation has, those of n:m links from the fan-outs of their sides."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Assumption
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.fanout import mean_of, spread
from groundplan.logical.model import Relation, RelationKind, RowEstimate
from groundplan.plan.model import Relationship
from groundplan.plan.quantities import AbsoluteGrowth, Growth

ROWS_WHERE_SILENT = 1000
"""Few enough for any design to do, many enough to be worth a table."""

TARGETS_WHERE_SILENT = 3
"""How many targets a source of an n:m relationship has, where the plan says nothing of either side."""


def estimate_rows(draft: LogicalDraft) -> LogicalDraft:
    """Estimate how many rows each relation has, those of n:m links from the fan-outs of their sides."""
    entities: dict[str, Relation] = {}
    assumptions: list[Assumption] = []
    for relation in draft.relations:
        if relation.kind is RelationKind.ENTITY:
            volume = draft.scope.entity(relation.source).rows
            now = ROWS_WHERE_SILENT if volume.now is None else volume.now
            estimate = RowEstimate(now=now, growth=volume.growth, is_assumed=volume.now is None)
            entities[relation.source] = replace(relation, rows=estimate)
            if volume.now is None:
                assumptions.append(_assumed_rows(relation))
    relations: list[Relation] = []
    for relation in draft.relations:
        if relation.kind is RelationKind.ENTITY:
            relations.append(entities[relation.source])
            continue
        relationship = draft.scope.link(relation.source)
        link, assumption = _of_link(relation, relationship, entities=entities)
        relations.append(link)
        assumptions.append(assumption)
    return draft.with_relations(relations, assumptions=assumptions)


def _assumed_rows(relation: Relation) -> Assumption:
    return Assumption(
        object=relation.source,
        fact="rows",
        value=f"{ROWS_WHERE_SILENT:,}",
        if_wrong=(
            "with ten times as many, reads still get by without indexes of their own, and everything that counts "
            f"{relation.name} takes ten times as long; write `rows: {{now: …}}`"
        ),
        origin=relation.origin,
    )


def _of_link(
    relation: Relation, relationship: Relationship, *, entities: dict[str, Relation]
) -> tuple[Relation, Assumption]:
    """Estimate a link's rows from the side whose fan-out spreads less: its mean is the more certain."""
    source, target = entities[relationship.source], entities[relationship.targets[0]]
    sides = [
        (spread(fanout, among=side.rows.now), order, side.rows.now * mean, side, mean, word)
        for order, (fanout, side, word) in enumerate(
            ((relationship.fanout, source, "fanout"), (relationship.inverse_fanout, target, "inverse_fanout"))
        )
        if (mean := mean_of(fanout, among=side.rows.now)) is not None
    ]
    if sides:
        _, _, rows, side, mean, word = min(sides, key=lambda found: found[:2])
    else:
        mean = float(min(TARGETS_WHERE_SILENT, target.rows.now))
        rows, side, word = source.rows.now * mean, source, "no fan-out, assumed"
    most = source.rows.now * target.rows.now
    now = max(min(round(rows), most), 0)
    estimate = RowEstimate(now=now, growth=_growth(side.rows.growth, mean=mean), is_assumed=True)
    assumption = Assumption(
        object=relation.source,
        fact=f"rows, from {side.rows.now:,} {side.name} × {mean:,.1f} ({word})",
        value=f"{now:,}",
        if_wrong=f"with ten times as many, {relation.name} and its indexes take ten times the room; reads by key stay",
        origin=relation.origin,
    )
    return replace(relation, rows=estimate), assumption


def _growth(growth: Growth | None, *, mean: float) -> Growth | None:
    """Let a link grow as the side it is counted from."""
    if isinstance(growth, AbsoluteGrowth):
        return AbsoluteGrowth(rows=round(growth.rows * mean), per=growth.per)
    return growth
