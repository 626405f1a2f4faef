"""Reads of groups: GROUP BY over the rows."""

from __future__ import annotations

from groundplan.plan.expressions import Aggregate, Expression, Path, conjuncts, walk
from groundplan.plan.patterns import ReadPattern
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.formulas import formula_sql
from groundplan.postgres.queries.roots import entity_block, restrict
from groundplan.postgres.queries.statement import Draft
from groundplan.postgres.queries.storage import Storage


def is_grouped(pattern: ReadPattern) -> bool:
    """Tell whether a read returns groups: it names them, or it aggregates over its own rows."""
    return bool(pattern.group) or any(has_own_aggregate(field.expression) for field in pattern.fields)


def has_own_aggregate(expression: Expression) -> bool:
    """Tell whether an expression aggregates over the rows read, not over what lies beside each of them."""
    return any(isinstance(node, Aggregate) and not _is_across(node) for node in walk(expression))


def _is_across(aggregate: Aggregate) -> bool:
    operand = aggregate.operand
    return operand is not None and any(isinstance(node, Path) and node.is_many for node in walk(operand))


def groups_block(pattern: ReadPattern, *, storage: Storage, draft: Draft) -> Block:
    """Begin a block whose rows are the groups of a read."""
    block = entity_block(pattern.entity, storage=storage, draft=draft)
    restrict(block, conjuncts(pattern.where))
    block.is_grouped = True
    block.group = tuple(
        formula_sql(part, block=block) for expression in pattern.group for part in _parts(expression, storage)
    )
    return block


def _parts(expression: Expression, storage: Storage) -> tuple[Expression, ...]:
    if isinstance(expression, Path) and expression.attribute is None:
        return storage.key_paths(expression)
    return (expression,)
