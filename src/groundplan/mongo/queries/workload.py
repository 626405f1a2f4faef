"""The compiler: every access pattern and transaction of a plan as MongoDB's commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from groundplan.base.decisions import Decision
from groundplan.logical.model import LogicalModel
from groundplan.mongo.model import MongoDesign
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import (
    CompiledPattern,
    CompiledRaw,
    CompiledRead,
    CompiledTransaction,
    CompiledWorkload,
    NotCompiled,
    Purpose,
)
from groundplan.mongo.queries.reads.compiling import compile_read
from groundplan.mongo.queries.reads.decisions import read_decisions
from groundplan.mongo.queries.storage import Storage
from groundplan.mongo.queries.writes import Context, compile_write
from groundplan.mongo.queries.writes.decisions import write_decisions
from groundplan.plan.access import Isolation
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

SNAPSHOT = "snapshot"
MAJORITY = "majority"


def compile_workload(resolved: ResolvedPlan, logical: LogicalModel, design: MongoDesign) -> CompiledWorkload:
    """Compile every access pattern and transaction of a plan without errors, in the plan's order."""
    storage = Storage(resolved, logical, design.model)
    context = Context(resolved, logical, design.model)
    abouts = {each.name: each.about for each in (*resolved.plan.access, *resolved.plan.transactions)}
    patterns = tuple(
        replace(_compiled(pattern, storage, context), purpose=_purpose(pattern, about=abouts.get(pattern.name)))
        for pattern in resolved.patterns
    )
    return CompiledWorkload(
        patterns=patterns,
        transactions=tuple(_transaction(each, about=abouts.get(each.name)) for each in resolved.transactions),
        decisions=(*_read_decisions(resolved, patterns, storage), *write_decisions(context)),
    )


def _read_decisions(
    resolved: ResolvedPlan, patterns: Sequence[CompiledPattern], storage: Storage
) -> Iterator[Decision]:
    for pattern, compiled in zip(resolved.patterns, patterns, strict=True):
        if isinstance(pattern, ReadPattern) and isinstance(compiled, CompiledRead):
            yield from read_decisions(pattern, compiled, storage=storage)


def compile_read_pattern(
    pattern: ReadPattern, resolved: ResolvedPlan, logical: LogicalModel, design: MongoDesign
) -> CompiledRead | NotCompiled:
    """Compile one read of a plan."""
    return _read(pattern, Storage(resolved, logical, design.model))


def _compiled(pattern: Pattern, storage: Storage, context: Context) -> CompiledPattern:
    match pattern:
        case ReadPattern():
            return _read(pattern, storage)
        case InsertPattern() | UpdatePattern() | UpsertPattern() | DeletePattern():
            return compile_write(pattern, context=context)
        case RawPattern():
            return CompiledRaw(pattern=pattern.name, text=None if pattern.mongo is None else pattern.mongo.strip())
        case _:
            assert_never(pattern)


def _read(pattern: ReadPattern, storage: Storage) -> CompiledRead | NotCompiled:
    try:
        return compile_read(pattern, storage=storage)
    except Inexpressible as refusal:
        return NotCompiled(pattern=pattern.name, reason=refusal.reason, help=refusal.instead)


def _purpose(pattern: Pattern, *, about: str | None) -> Purpose:
    return Purpose(task=task_of(pattern), about=about, rate=pattern.demand.rate, target_ms=pattern.demand.target_ms)


def _transaction(pattern: TransactionPattern, *, about: str | None) -> CompiledTransaction:
    # In a transaction, snapshot isolation is what MongoDB has; without write conflicts it is not serializable.
    concern = MAJORITY if pattern.isolation is Isolation.READ_COMMITTED else SNAPSHOT
    return CompiledTransaction(
        name=pattern.name,
        purpose=Purpose(task="transaction", about=about, rate=pattern.demand.rate, target_ms=pattern.demand.target_ms),
        isolation=pattern.isolation,
        read_concern=concern,
        steps=pattern.steps,
    )
