"""Formulas with every row spelled out as its key, so that what is the same is spelled the same.

A row whose key has several attributes is compared attribute by attribute; the parameter for it becomes one for each,
named `<parameter>_<attribute>`.
"""

from __future__ import annotations

from dataclasses import replace

from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.storage import Storage
from groundplan.plan.expressions import (
    Aggregate,
    AnyOf,
    Binary,
    Call,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Not,
    Operator,
    Parameter,
    Path,
    with_children,
)

_EQUALITIES = (Operator.EQUAL, Operator.NOT_EQUAL)


def normalized(expression: Expression, *, storage: Storage) -> Expression:
    """Return an expression without rows that stand for their keys. Raises Inexpressible."""
    match expression:
        case IsNull(operand=Path(attribute=None)):
            return expression
        case Aggregate(operand=Path(attribute=None), is_distinct=False):
            return expression
        case Aggregate(operand=Path(attribute=None, type=None)):
            return expression
        case Path(attribute=None):
            return _key(expression, storage)
        case Binary(operator, left, right) if operator in _EQUALITIES and _is_row(storage, left, right):
            return _compared(operator, left, right, storage)
        case Binary(Operator.EQUAL, left, Call("any")) if _is_row(storage, left):
            raise Inexpressible("a list of keys of several attributes has no counterpart")
        case In() if _is_row(storage, expression.operand):
            equal = tuple(_compared(Operator.EQUAL, expression.operand, item, storage) for item in expression.items)
            either = equal[0] if len(equal) == 1 else AnyOf(equal)
            return Not(either) if expression.is_negated else either
        case _:
            return with_children(expression, lambda part: normalized(part, storage=storage))


def _key(path: Path, storage: Storage) -> Expression:
    parts = storage.key_paths(path)
    if len(parts) != 1:
        return path
    return normalized(parts[0], storage=storage) if parts[0] != path else path


def condition_form(condition: Expression, *, storage: Storage) -> Expression:
    """Return a condition in that form; a row as a condition asks whether it is there."""
    match condition:
        case Path(attribute=None):
            return IsNull(operand=condition, is_negated=True)
        case Every() | AnyOf() | Not():
            return _flat(with_children(condition, lambda part: condition_form(part, storage=storage)))
        case _:
            return normalized(condition, storage=storage)


def _flat(condition: Expression) -> Expression:
    match condition:
        case Every(parts) if any(isinstance(part, Every) for part in parts):
            return Every(
                tuple(inner for part in parts for inner in (part.parts if isinstance(part, Every) else (part,)))
            )
        case AnyOf(parts) if any(isinstance(part, AnyOf) for part in parts):
            return AnyOf(
                tuple(inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,)))
            )
        case _:
            return condition


def key_parts(expression: Expression, *, storage: Storage) -> tuple[Expression, ...]:
    """Return an expression as single values: a row with several key attributes is one for each of them."""
    if isinstance(expression, Path) and expression.attribute is None:
        return tuple(normalized(part, storage=storage) for part in storage.key_paths(expression))
    return (normalized(expression, storage=storage),)


def _is_row(storage: Storage, *sides: Expression) -> bool:
    return any(isinstance(side, Path) and side.attribute is None and len(storage.key_paths(side)) > 1 for side in sides)


def _compared(operator: Operator, left: Expression, right: Expression, storage: Storage) -> Expression:
    like = left if isinstance(left, Path) else right
    if not isinstance(like, Path):
        raise Inexpressible("a key of several attributes is compared with what is none")
    sides = zip(_row(left, like, storage), _row(right, like, storage), strict=True)
    equal = Every(tuple(Binary(Operator.EQUAL, first, second) for first, second in sides))
    return equal if operator is Operator.EQUAL else Not(equal)


def _row(side: Expression, like: Path, storage: Storage) -> tuple[Expression, ...]:
    names = storage.relation(like.reached).primary_key
    match side:
        case Path():
            return tuple(normalized(part, storage=storage) for part in storage.key_paths(side))
        case Parameter():
            return tuple(
                replace(side, name=f"{side.name}_{name}", type=part.type, like=part)
                for name, part in zip(names, storage.key_paths(like), strict=True)
            )
        case Literal(value=None):
            return tuple(side for _ in names)
        case _:
            raise Inexpressible("a key of several attributes is compared with what is none")
