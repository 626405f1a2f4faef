"""How many rows each relation gets: one scale factor for the whole plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from groundplan.logical.model import LogicalModel, Reference, Relation, RelationKind
from groundplan.plan.types import AttributeType, Boolean, Enum, Integer, Text
from groundplan.rows.model import Clip

WHOLE_UP_TO = 10_000
"""Relations of at most so many declared rows are never scaled down."""

_PLENTY = 10**9
_LONG_TEXT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSizes:
    """Rows by relation; `scale` is the factor for relations above 10,000 rows, `clips` what did not fit.

    `capacities` are how many rows the keys of a relation's own attributes tell apart.
    """

    scale: float
    rows: Mapping[str, int]
    capacities: Mapping[str, float]
    clips: tuple[Clip, ...] = ()

    def of(self, relation: str) -> int:
        """Return how many rows a relation gets; KeyError where there is none."""
        return self.rows[relation]

    def room(self, relation: str) -> int:
        """Return how many further rows the keys of a relation's own attributes tell apart."""
        return int(min(self.capacities[relation] - self.rows[relation], _PLENTY))


def sample_sizes(logical: LogicalModel, *, largest: int) -> SampleSizes:
    """Scale a model so that its largest relation gets `largest` rows.

    Links of n:m relationships are scaled as the more scaled of their two sides, so that side keeps its fan-out.
    Relations are cut where a key could not tell more rows apart: a 1:1 relation has no more rows than its target.
    """
    declared_largest = max((relation.rows.now for relation in logical.relations), default=1)
    scale = min(1.0, largest / max(1, declared_largest))
    rows = {
        relation.name: _scaled(relation.rows.now, scale)
        for relation in logical.relations
        if relation.kind is RelationKind.ENTITY
    }
    for relation in logical.relations:
        if relation.kind is RelationKind.LINK:
            share = min((_share(logical, rows, reference) for reference in relation.references), default=scale)
            rows[relation.name] = max(1, round(relation.rows.now * share))
    clips = _fit_keys(logical, rows)
    return SampleSizes(
        scale=scale,
        rows={relation.name: rows[relation.name] for relation in logical.relations},
        capacities={relation.name: min(_own_capacities(relation), default=math.inf) for relation in logical.relations},
        clips=clips,
    )


def _scaled(declared: int, scale: float) -> int:
    return max(1, declared if declared <= WHOLE_UP_TO else round(declared * scale))


def _share(logical: LogicalModel, rows: Mapping[str, int], reference: Reference) -> float:
    declared = logical.relation(reference.target).rows.now
    return min(1.0, rows[reference.target] / max(1, declared))


def _fit_keys(logical: LogicalModel, rows: dict[str, int]) -> tuple[Clip, ...]:
    """Cut relations to what their keys can tell apart, until nothing changes: a cut target can cut its sources."""
    wanted = dict(rows)
    is_settled = False
    while not is_settled:
        is_settled = True
        for relation in logical.relations:
            capacity = min(_capacities(relation, rows), default=math.inf)
            if capacity < rows[relation.name]:
                rows[relation.name] = max(1, int(capacity))
                is_settled = False
    return tuple(
        Clip(
            relationship=relation.references[0].relationship if relation.references else relation.source,
            wanted=wanted[relation.name],
            kept=rows[relation.name],
            reason=f"a key of {relation.name} tells no more than {rows[relation.name]:,} rows of the sample apart",
        )
        for relation in logical.relations
        if rows[relation.name] < wanted[relation.name]
    )


def _capacities(relation: Relation, rows: Mapping[str, int]) -> list[float]:
    """Return how many rows each key of a relation can tell apart; optional members and filters leave it open."""
    found: list[float] = []
    by_attribute = {name: reference for reference in relation.references for name in reference.attributes}
    filtered = {key.attributes for key in relation.candidate_keys if key.where is not None}
    for key in (relation.primary_key, *(key.attributes for key in relation.candidate_keys)):
        if key in filtered or any(relation.attribute(name).is_optional for name in key):
            continue
        targets = {
            by_attribute[name].relationship + by_attribute[name].name: by_attribute[name]
            for name in key
            if name in by_attribute
        }
        own = (relation.attribute(name).type for name in key if name not in by_attribute)
        found.append(
            math.prod(rows[reference.target] for reference in targets.values())
            * math.prod(_different_values(of) for of in own)
        )
    found.extend(
        float(rows[reference.target])
        for reference in relation.references
        if reference.is_unique and not reference.is_optional
    )
    return found


def _own_capacities(relation: Relation) -> list[float]:
    pointing = {name for reference in relation.references for name in reference.attributes}
    keys = (relation.primary_key, *(key.attributes for key in relation.candidate_keys))
    return [
        math.prod(_different_values(relation.attribute(name).type) for name in key)
        for key in keys
        if not pointing & set(key)
    ]


def _different_values(of: AttributeType) -> float:
    match of:
        case Enum():
            return len(of.values)
        case Boolean():
            return 2
        case Integer(minimum=int() as low, maximum=int() as high):
            return max(1, high - low + 1)
        case Text(maximum=int() as longest):
            return float(16) ** min(longest, _LONG_TEXT)
        case _:
            return math.inf
