"""Which formulas cannot be NULL in the rows of a read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from groundplan.plan.expressions import (
    Aggregate,
    Binary,
    Call,
    Cast,
    Expression,
    Hop,
    In,
    IsNull,
    Literal,
    Negative,
    Operator,
    Path,
    children,
    conjuncts,
)

Hops = tuple[Hop, ...]

_STRICT_FUNCTIONS = frozenset(
    {
        "abs", "age", "btrim", "ceil", "ceiling", "char_length", "character_length", "date_trunc", "extract", "floor",
        "length", "lower", "ltrim", "md5", "now", "octet_length", "round", "rtrim", "sqrt", "trim", "trunc", "upper",
        "current_date", "current_timestamp",
    }
)  # fmt: skip
"""Functions that are NULL only for a NULL argument."""

_CAN_MISS = frozenset({Operator.GET, Operator.GET_TEXT})


@dataclass(frozen=True, slots=True)
class Known:
    """What a condition says about every row that passes it: paths that are not NULL, rows that are there."""

    not_null: frozenset[Path]
    present: frozenset[Hops]


def known_from(condition: Expression | None) -> Known:
    """Return what holds for rows that pass a condition: a comparison with NULL is never true."""
    found: set[Path] = set()
    for part in conjuncts(condition):
        match part:
            case Binary(operator, left, right) if operator not in _CAN_MISS:
                found.update(_strictly_in(left), _strictly_in(right))
            case IsNull(operand=operand, is_negated=True) | In(operand=operand, is_negated=False):
                found.update(_strictly_in(operand))
            case Path():
                found.add(part)
            case _:
                pass
    single = {path for path in found if not path.is_many}
    return Known(
        not_null=frozenset(single),
        present=frozenset(path.hops[:count] for path in single for count in range(1, len(path.hops) + 1)),
    )


def _strictly_in(expression: Expression) -> tuple[Path, ...]:
    """Return the paths whose NULL makes the expression NULL."""
    match expression:
        case Path():
            return (expression,)
        case Binary() | Negative() | Cast():
            return tuple(path for child in children(expression) for path in _strictly_in(child))
        case Call(function) if function in _STRICT_FUNCTIONS:
            return tuple(path for child in children(expression) for path in _strictly_in(child))
        case _:
            return ()


def can_be_null(expression: Expression, *, known: Known, is_nullable: Callable[[Path], bool]) -> bool:
    """Tell whether a formula can be NULL in a row of which `known` holds; true where unsure.

    `is_nullable` tells whether what a path ends at can be NULL in the row that it reaches.
    """
    match expression:
        case Path():
            return _path_can_be_null(expression, known, is_nullable)
        case Literal():
            return expression.value is None
        case Aggregate():
            return expression.function != "count"
        case Call("coalesce", arguments):
            return all(can_be_null(argument, known=known, is_nullable=is_nullable) for argument in arguments)
        case Call(function, arguments) if function in _STRICT_FUNCTIONS:
            return any(can_be_null(argument, known=known, is_nullable=is_nullable) for argument in arguments)
        case Binary(operator) if operator in _CAN_MISS:
            return True
        case Binary() | Negative() | Cast():
            return any(can_be_null(child, known=known, is_nullable=is_nullable) for child in children(expression))
        case IsNull():
            return False
        case _:
            return True


def _path_can_be_null(path: Path, known: Known, is_nullable: Callable[[Path], bool]) -> bool:
    if path in known.not_null:
        return False
    may_miss = any(
        hop.is_optional and path.hops[:count] not in known.present for count, hop in enumerate(path.hops, start=1)
    )
    return may_miss or is_nullable(path)
