"""One order for everything whose order means nothing, so that a plan designs the same however it is laid out."""

from __future__ import annotations

from dataclasses import replace

from groundplan.plan.access import Workload
from groundplan.plan.model import Entity, Plan, Relationship


def in_canonical_order(plan: Plan) -> Plan:
    """Sort what a plan declares by name; what has an order of its own (fields, keys, steps, enum values) keeps it."""
    return replace(
        plan,
        entities=tuple(sorted(map(_entity, plan.entities), key=lambda entity: entity.name)),
        relationships=tuple(sorted(map(_relationship, plan.relationships), key=lambda each: each.label)),
        access=tuple(sorted(plan.access, key=lambda pattern: pattern.name)),
        transactions=tuple(sorted(plan.transactions, key=lambda transaction: transaction.name)),
        workload=None if plan.workload is None else _workload(plan.workload),
        rollups=tuple(sorted(plan.rollups, key=lambda rollup: rollup.name)),
        pins=tuple(sorted(plan.pins, key=lambda pin: pin.key)),
    )


def _entity(entity: Entity) -> Entity:
    return replace(
        entity,
        attributes=tuple(sorted(entity.attributes, key=lambda attribute: attribute.name)),
        checks=tuple(sorted(entity.checks, key=lambda check: (check.name or "", check.formula.text))),
        unique=tuple(sorted(entity.unique, key=lambda each: (each.members, each.where.text if each.where else ""))),
        exclude=tuple(sorted(entity.exclude, key=lambda exclusion: exclusion.members)),
    )


def _relationship(relationship: Relationship) -> Relationship:
    ordered = sorted(relationship.attributes, key=lambda attribute: attribute.name)
    return replace(relationship, attributes=tuple(ordered))


def _workload(workload: Workload) -> Workload:
    mixes = (replace(mix, weights=tuple(sorted(mix.weights))) for mix in workload.mixes)
    return replace(workload, mixes=tuple(sorted(mixes, key=lambda mix: mix.name)))
