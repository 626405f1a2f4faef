"""The compiler: every access pattern and transaction of a plan as SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from groundplan.base.decisions import Decision
from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    ResolvedPlan,
    TransactionPattern,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.plan.tasks import task_of
from groundplan.postgres.model import MaterializedView, PostgresDesign
from groundplan.postgres.queries.changes import compile_delete, compile_update
from groundplan.postgres.queries.choices import choose
from groundplan.postgres.queries.inserts import compile_insert
from groundplan.postgres.queries.model import (
    CompiledPattern,
    CompiledTransaction,
    CompiledWorkload,
    Purpose,
)
from groundplan.postgres.queries.raw import compile_raw
from groundplan.postgres.queries.read_patterns import compile_read
from groundplan.postgres.queries.storage import Storage
from groundplan.postgres.queries.upserts import compile_upsert
from groundplan.postgres.queries.views import StoredRead, compile_view_read, stored_read


def compile_workload(resolved: ResolvedPlan, logical: LogicalModel, design: PostgresDesign) -> CompiledWorkload:
    """Compile every access pattern and transaction of a plan without errors, in the plan's order."""
    storage = Storage(resolved, logical, design)
    abouts = {pattern.name: pattern.about for pattern in resolved.plan.access}
    decisions: list[Decision] = []
    patterns: list[CompiledPattern] = []
    for pattern in resolved.patterns:
        compiled, decided = _compile(pattern, resolved, storage)
        patterns.append(replace(compiled, purpose=_purpose(pattern, about=abouts.get(pattern.name))))
        decisions += decided
    by_name = {compiled.pattern: compiled for compiled in patterns}
    return CompiledWorkload(
        patterns=tuple(patterns),
        transactions=tuple(_transaction(each, by_name, resolved) for each in resolved.transactions),
        decisions=tuple(decisions),
    )


def compile_pattern(
    pattern: Pattern, resolved: ResolvedPlan, logical: LogicalModel, design: PostgresDesign
) -> CompiledPattern:
    """Compile one access pattern of a plan."""
    compiled, _ = _compile(pattern, resolved, Storage(resolved, logical, design))
    return replace(compiled, purpose=_purpose(pattern, about=None))


def view_sql(resolved: ResolvedPlan, logical: LogicalModel, design: PostgresDesign) -> dict[str, str]:
    """Return the SELECT of each materialized view of a design, by the view's name; it has no parameters."""
    storage = Storage(resolved, logical, design)
    reads = {pattern.name: pattern for pattern in resolved.patterns if isinstance(pattern, ReadPattern)}
    return {view.name: _stored(reads[view.pattern], resolved, storage).sql for view in design.schema.materialized_views}


def stored_read_of(
    pattern: ReadPattern, resolved: ResolvedPlan, logical: LogicalModel, design: PostgresDesign
) -> StoredRead:
    """Return what a materialized view that answers a read would hold: columns with types, key and SELECT."""
    return _stored(pattern, resolved, Storage(resolved, logical, design))


def _stored(pattern: ReadPattern, resolved: ResolvedPlan, storage: Storage) -> StoredRead:
    chosen = choose(pattern, pins=_pins(resolved), storage=storage, is_stored=True)
    return stored_read(pattern, chosen=chosen, storage=storage)


def _pins(resolved: ResolvedPlan) -> Mapping[str, str]:
    return {pin.key: pin.choice for pin in resolved.plan.pins}


def _view(pattern: ReadPattern, storage: Storage) -> MaterializedView | None:
    views = storage.schema.materialized_views
    return next((view for view in views if view.pattern == pattern.name), None)


def _compile(
    pattern: Pattern, resolved: ResolvedPlan, storage: Storage
) -> tuple[CompiledPattern, tuple[Decision, ...]]:
    match pattern:
        case ReadPattern():
            view = _view(pattern, storage)
            chosen = choose(pattern, pins=_pins(resolved), storage=storage, is_stored=view is not None)
            if view is None:
                return compile_read(pattern, chosen=chosen, storage=storage), chosen.decisions
            return compile_view_read(pattern, view, storage=storage), chosen.decisions
        case InsertPattern():
            return compile_insert(pattern, storage=storage), ()
        case UpdatePattern():
            return compile_update(pattern, storage=storage), ()
        case UpsertPattern():
            return compile_upsert(pattern, storage=storage), ()
        case DeletePattern():
            return compile_delete(pattern, storage=storage), ()
        case RawPattern():
            return compile_raw(pattern, storage=storage), ()
        case _:
            assert_never(pattern)


def _purpose(pattern: Pattern, *, about: str | None) -> Purpose:
    return Purpose(task=task_of(pattern), about=about, rate=pattern.demand.rate, target_ms=pattern.demand.target_ms)


def _transaction(
    pattern: TransactionPattern, by_name: Mapping[str, CompiledPattern], resolved: ResolvedPlan
) -> CompiledTransaction:
    about = next((each.about for each in resolved.plan.transactions if each.name == pattern.name), None)
    return CompiledTransaction(
        name=pattern.name,
        purpose=Purpose(task="transaction", about=about, rate=pattern.demand.rate, target_ms=pattern.demand.target_ms),
        isolation=pattern.isolation,
        steps=tuple(by_name[step] for step in pattern.steps),
    )
