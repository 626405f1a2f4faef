"""Access patterns, resolved."""

from __future__ import annotations

from typing import assert_never

from groundplan.plan.access import AccessPattern, Delete, Insert, Raw, Read, Update, Upsert
from groundplan.plan.defects import Defect
from groundplan.plan.model import Plan
from groundplan.plan.patterns import Pattern, TransactionPattern
from groundplan.plan.resolve.demand import Demands
from groundplan.plan.resolve.pattern_reading import PatternReading
from groundplan.plan.resolve.reads import resolve_read
from groundplan.plan.resolve.writes import (
    resolve_delete,
    resolve_insert,
    resolve_raw,
    resolve_update,
    resolve_upsert,
)
from groundplan.plan.scope import Scope


def resolve_patterns(plan: Plan, *, scope: Scope, defects: list[Defect]) -> tuple[Pattern, ...]:
    """Resolve every access pattern that has no defect and is about a known entity or link, in the plan's order."""
    demands = Demands(plan)
    found = (_resolve(pattern, demands=demands, scope=scope, defects=defects) for pattern in plan.access)
    return tuple(pattern for pattern in found if pattern is not None)


def _resolve(pattern: AccessPattern, *, demands: Demands, scope: Scope, defects: list[Defect]) -> Pattern | None:
    entity = None if isinstance(pattern, Raw) else pattern.entity
    if entity is not None and entity not in scope.subjects:
        return None
    within = PatternReading(entity, scope=scope, origin=pattern.origin, defects=defects)
    demand = demands.of_pattern(pattern)
    match pattern:
        case Read():
            return resolve_read(pattern, within=within, demand=demand)
        case Insert():
            return resolve_insert(pattern, within=within, demand=demand)
        case Update():
            return resolve_update(pattern, within=within, demand=demand)
        case Upsert():
            return resolve_upsert(pattern, within=within, demand=demand)
        case Delete():
            return resolve_delete(pattern, within=within, demand=demand)
        case Raw():
            return resolve_raw(pattern, within=within, demand=demand)
        case _:
            assert_never(pattern)


def resolve_transactions(plan: Plan) -> tuple[TransactionPattern, ...]:
    """Resolve every transaction."""
    demands = Demands(plan)
    return tuple(
        TransactionPattern(
            name=transaction.name,
            steps=transaction.steps,
            isolation=transaction.isolation,
            demand=demands.of_transaction(transaction),
            origin=transaction.origin,
        )
        for transaction in plan.transactions
    )
