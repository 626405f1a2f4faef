"""Writes: inserts, updates, upserts and deletes of rows, wherever in the documents these are."""

from __future__ import annotations

from typing import assert_never

from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import CompiledWrite, NotCompiled
from groundplan.mongo.queries.writes.context import Context
from groundplan.mongo.queries.writes.deletes import compile_delete
from groundplan.mongo.queries.writes.inserts import compile_insert
from groundplan.mongo.queries.writes.updates import compile_update
from groundplan.mongo.queries.writes.upserts import compile_upsert
from groundplan.plan.patterns import DeletePattern, InsertPattern, UpdatePattern, UpsertPattern

WritePattern = InsertPattern | UpdatePattern | UpsertPattern | DeletePattern

__all__ = ["Context", "WritePattern", "compile_write"]


def compile_write(pattern: WritePattern, *, context: Context) -> CompiledWrite | NotCompiled:
    """Compile an insert, update, upsert or delete; what no operations say is not compiled, with the reason."""
    try:
        return _compiled(pattern, context)
    except Inexpressible as problem:
        return NotCompiled(pattern=pattern.name, reason=problem.reason, help=problem.instead)


def _compiled(pattern: WritePattern, context: Context) -> CompiledWrite:
    match pattern:
        case InsertPattern():
            return compile_insert(pattern, context=context)
        case UpdatePattern():
            return compile_update(pattern, context=context)
        case UpsertPattern():
            return compile_upsert(pattern, context=context)
        case DeletePattern():
            return compile_delete(pattern, context=context)
        case _:
            assert_never(pattern)
