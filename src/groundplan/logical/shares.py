"""Which share of a relation's rows a condition leaves, from the plan's own numbers.

What the plan says nothing about has the share that the planner of PostgreSQL takes (selfuncs.h), except soft deletion.
"""

from __future__ import annotations

from groundplan.logical.model import Relation, RelationAttribute, Role
from groundplan.plan.expressions import (
    AnyOf,
    Binary,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Not,
    Operator,
    conjuncts,
)
from groundplan.plan.types import Boolean, Enum

EQUAL_WHERE_SILENT = 0.005
"""DEFAULT_EQ_SEL."""
TRUE_WHERE_SILENT = 0.5
"""Of the values of a bool."""
RANGE_WHERE_SILENT = 1 / 3
"""DEFAULT_INEQ_SEL."""
MATCH_WHERE_SILENT = 0.005
"""DEFAULT_MATCH_SEL: patterns, containment, words."""
NULLS_WHERE_SILENT = 0.5
"""Of an optional attribute of which the plan does not say how many are empty."""
DELETED_WHERE_SILENT = 0.05
"""Of a table whose rows are marked when deleted."""


def share_of(condition: Expression | None, relation: Relation) -> float:
    """Return the share of rows for which a condition over one row (`Local`s) holds, from 0 to 1."""
    share = 1.0
    for part in conjuncts(condition):
        share *= _share(part, relation)
    return share


def _share(condition: Expression, relation: Relation) -> float:
    match condition:
        case Local():
            return _share_of_value(relation.attribute(condition.name), Literal(value=True))
        case Not(operand=operand):
            return 1.0 - _share(operand, relation)
        case Every(parts=parts):
            return share_of(Every(parts), relation)
        case AnyOf(parts=parts):
            return min(1.0, sum(_share(part, relation) for part in parts))
        case IsNull(operand=Local(name=name)):
            nulls = null_share(relation.attribute(name))
            return 1.0 - nulls if condition.is_negated else nulls
        case In(operand=Local(name=name)):
            attribute = relation.attribute(name)
            share = min(1.0, sum(_share_of_value(attribute, item) for item in condition.items))
            return 1.0 - share if condition.is_negated else share
        case Binary(operator=operator, left=Local(name=name), right=value):
            return _share_of_comparison(operator, relation.attribute(name), value)
        case _:
            return RANGE_WHERE_SILENT


def _share_of_comparison(operator: Operator, attribute: RelationAttribute, value: Expression) -> float:
    match operator:
        case Operator.EQUAL:
            return _share_of_value(attribute, value)
        case Operator.NOT_EQUAL:
            return 1.0 - _share_of_value(attribute, value)
        case Operator.LESS | Operator.LESS_EQUAL | Operator.GREATER | Operator.GREATER_EQUAL:
            return RANGE_WHERE_SILENT
        case _:
            return MATCH_WHERE_SILENT


def _share_of_value(attribute: RelationAttribute, value: Expression) -> float:
    match attribute.type:
        case Boolean():
            trues = TRUE_WHERE_SILENT if attribute.values.trues is None else float(attribute.values.trues)
            match value:
                case Literal(value=True):
                    return trues
                case Literal(value=False):
                    return 1 - trues
                case _:
                    return 0.5
        case Enum(values=values):
            said = {each.name: each.share for each in values}
            share = said.get(value.value) if isinstance(value, Literal) and isinstance(value.value, str) else None
            return 1 / max(1, len(values)) if share is None else float(share)
        case _:
            return EQUAL_WHERE_SILENT if attribute.values.distinct is None else 1 / max(1, attribute.values.distinct)


def null_share(attribute: RelationAttribute) -> float:
    """Return the share of rows that leave an attribute empty."""
    if not attribute.is_optional:
        return 0.0
    if attribute.values.nulls is not None:
        return float(attribute.values.nulls)
    return 1 - DELETED_WHERE_SILENT if attribute.role is Role.DELETED_AT else NULLS_WHERE_SILENT


def equal_rows(names: tuple[str, ...], relation: Relation) -> float:
    """Estimate how many rows have given values in all of these attributes, by the most selective of them."""
    rows = float(relation.rows.now)
    found = rows
    for key in (relation.primary_key, *(key.attributes for key in relation.candidate_keys if key.where is None)):
        if set(key) <= set(names):
            return min(1.0, rows)
    for reference in relation.references:
        own = [name for name in reference.attributes if name not in reference.agrees]
        if set(own) <= set(names):
            found = min(found, max(reference.fanout.mean, reference.fanout.p99))
    for name in names:
        attribute = relation.attribute(name)
        if attribute.role is not Role.REFERENCE:
            found = min(found, rows * _share_of_value(attribute, Literal(value=None)))
    return found
