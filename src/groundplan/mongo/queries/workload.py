"""The compiler: every access pattern and transaction of a plan as MongoDB's commands."""

from __future__ import annotations

from typing import assert_never

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
)
from groundplan.mongo.queries.reads.compiling import compile_read
from groundplan.mongo.queries.storage import Storage
from groundplan.mongo.queries.writes import Context, compile_write
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

SNAPSHOT = "snapshot"
MAJORITY = "majority"


def compile_workload(resolved: ResolvedPlan, logical: LogicalModel, design: MongoDesign) -> CompiledWorkload:
    """Compile every access pattern and transaction of a plan without errors, in the plan's order."""
    storage = Storage(resolved, logical, design.model)
    context = Context(resolved, logical, design.model)
    return CompiledWorkload(
        patterns=tuple(_compiled(pattern, storage, context) for pattern in resolved.patterns),
        transactions=tuple(map(_transaction, resolved.transactions)),
    )


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


def _transaction(pattern: TransactionPattern) -> CompiledTransaction:
    # In a transaction, snapshot isolation is what MongoDB has; without write conflicts it is not serializable.
    concern = MAJORITY if pattern.isolation is Isolation.READ_COMMITTED else SNAPSHOT
    return CompiledTransaction(
        name=pattern.name, isolation=pattern.isolation, read_concern=concern, steps=pattern.steps
    )
