"""Deletes: rows go, or are marked where the entity's lifecycle says soft, with all that follows."""

from __future__ import annotations

from dataclasses import replace

from groundplan.mongo.queries.model import CompiledWrite
from groundplan.mongo.queries.writes.context import Context, mark_of
from groundplan.mongo.queries.writes.finding import FOUND, find_rows
from groundplan.mongo.queries.writes.kept import counts_of
from groundplan.mongo.queries.writes.removal import Removal, delete_at
from groundplan.mongo.queries.writes.rows import pattern_parameters, select
from groundplan.mongo.queries.writes.trail import ACTOR, is_audited
from groundplan.mongo.queries.writes.transactions import reason_for_transaction
from groundplan.mongo.queries.writes.updates import kept_attributes, mark_directly
from groundplan.plan.patterns import DeletePattern


def compile_delete(pattern: DeletePattern, *, context: Context) -> CompiledWrite:
    """Compile a delete of rows that are not soft-deleted. Raises Inexpressible."""
    selection = select(pattern.entity, pattern.where, context=context)
    relation = selection.relation
    is_soft = mark_of(relation) is not None
    removal = Removal(context)
    # The filter of documents that go has no tests: which rows pass them is found first.
    is_filtered = selection.is_direct and (is_soft or not selection.tests)
    if is_filtered and not _has_consequences(pattern, context):
        is_many = not selection.is_of_one
        operation = (
            mark_directly(selection, context)
            if is_soft
            else delete_at(relation, selection.conditions, context, is_many=is_many, each=None)
        )
        removal.operations.append(operation)
    else:
        found = find_rows(selection, attributes=kept_attributes(relation, context), context=context)
        whole = removal.with_descendants(relation, found.query, is_soft=is_soft)
        removal.operations.append(replace(found, query=whole))
        removal.remove(relation, rows=FOUND, is_soft=is_soft)
    actor = (ACTOR,) if is_audited(relation) else ()
    return CompiledWrite(
        pattern=pattern.name,
        operations=tuple(removal.operations),
        parameters=(*pattern_parameters(pattern.parameters, (pattern.where,), context), *actor),
        needs_transaction=reason_for_transaction(removal.operations),
    )


def _has_consequences(pattern: DeletePattern, context: Context) -> bool:
    relation = context.relation_of(pattern.entity)
    return bool(
        context.key_references(relation.name)
        or counts_of(relation, context.places)
        or any(True for _ in context.places.subsets(relation.name))
        or is_audited(relation)
    )
