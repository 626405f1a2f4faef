"""Expressions compiled to functions of a row: `compile_expression` once, then one call per row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal as DecimalNumber
from typing import assert_never

from groundplan.plan.expressions import (
    Aggregate,
    AnyOf,
    Binary,
    Call,
    Case,
    Cast,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Negative,
    Not,
    Operator,
    Parameter,
    Path,
)
from groundplan.plan.types import (
    AttributeType,
    Float,
    Json,
    ListOf,
    Range,
)
from groundplan.rows.expressions.casts import cast_value
from groundplan.rows.expressions.functions import strict_function
from groundplan.rows.expressions.operators import (
    Operand,
    comparable,
    json_contains,
    operation,
    range_contains,
    ranges_overlap,
)
from groundplan.rows.expressions.values import CannotEvaluate, Span, read_constant
from groundplan.rows.model import Value

Row = Sequence[Value]
Evaluate = Callable[[Row], Operand]

SlotOf = Callable[[Path | Local], tuple[int, AttributeType | None]]
"""Tells where in a row the value of a name stands, and its type. Raises CannotEvaluate for a name that is not in it."""


def compile_expression(expression: Expression, *, slot: SlotOf, now: datetime) -> Callable[[Row], Operand]:
    """Return a function from a row to the expression's value; None is NULL, and a condition's unknown.

    Raises CannotEvaluate for what only an engine can evaluate; the function raises it too, for values that an
    operator does not take and for a division by zero.
    """
    return _compile(expression, _Names(slot, now))


def constant_of(expression: Expression, *, now: datetime) -> Operand:
    """Return the value of an expression without names. Raises CannotEvaluate where it has some."""
    return compile_expression(expression, slot=_no_slot, now=now)(())


def _no_slot(name: Path | Local) -> tuple[int, AttributeType | None]:
    raise CannotEvaluate(f"the name {name.name if isinstance(name, Local) else name.attribute}, where none can stand")


class _Names:
    """What names and `now()` mean while an expression is compiled."""

    __slots__ = ("now", "slot")

    def __init__(self, slot: SlotOf, now: datetime) -> None:
        self.slot = slot
        self.now = now

    def type_of(self, expression: Expression) -> AttributeType | None:
        """Return the type of an operand where it can be told."""
        match expression:
            case Path() | Local():
                return self.slot(expression)[1]
            case Literal() | Parameter() | Cast():
                return expression.type
            case _:
                return None


def _compile(expression: Expression, names: _Names) -> Evaluate:
    match expression:
        case Path() | Local():
            position = names.slot(expression)[0]
            return lambda row: row[position]
        case Literal():
            constant = _constant(expression)
            return lambda _row: constant
        case Parameter():
            raise CannotEvaluate(f"the parameter :{expression.name}")
        case Binary():
            return _binary(expression, names)
        case Every():
            return _every(tuple(_compile(part, names) for part in expression.parts))
        case AnyOf():
            return _any_of(tuple(_compile(part, names) for part in expression.parts))
        case Not():
            return _not(_compile(expression.operand, names))
        case Negative():
            return _negative(_compile(expression.operand, names))
        case IsNull():
            return _is_null(_compile(expression.operand, names), is_negated=expression.is_negated)
        case In():
            return _in(expression, names)
        case Call():
            return _call(expression, names)
        case Aggregate():
            raise CannotEvaluate("an aggregate")
        case Case():
            return _case(expression, names)
        case Cast():
            return _cast(expression, names)
        case _:
            assert_never(expression)


def _constant(literal: Literal) -> Operand:
    value, of = literal.value, literal.type
    if isinstance(value, str):
        return read_constant(value, of)
    if isinstance(of, Float) and isinstance(value, int | DecimalNumber):
        return float(value)
    return value


def _binary(expression: Binary, names: _Names) -> Evaluate:
    left, right = _compile(expression.left, names), _compile(expression.right, names)
    apply = _typed_operation(expression, names)

    def evaluate(row: Row) -> Operand:
        first = left(row)
        if first is None:
            return None
        second = right(row)
        return None if second is None else apply(first, second)

    return evaluate


def _typed_operation(expression: Binary, names: _Names) -> Callable[[Operand, Operand], Operand]:
    """Choose what an operator does by the types of its operands, where its sign alone does not tell."""
    sign = expression.operator
    if sign is Operator.CONTAINED:
        contains = _containment(names.type_of(expression.right))
        return lambda left, right: contains(right, left)
    if sign is Operator.CONTAINS:
        return _containment(names.type_of(expression.left))
    if sign is Operator.OVERLAPS:
        return _overlap(names.type_of(expression.left) or names.type_of(expression.right))
    return operation(sign)


def _containment(whole: AttributeType | None) -> Callable[[Operand, Operand], Operand]:
    def in_range(left: Operand, right: Operand) -> Operand:
        return range_contains(_tuple(left), right)

    def in_list(left: Operand, right: Operand) -> Operand:
        return all(any(_is_equal(item, wanted) for item in _tuple(left)) for wanted in _tuple(right))

    def in_json(left: Operand, right: Operand) -> Operand:
        if isinstance(left, Span) or isinstance(right, Span):
            raise CannotEvaluate("an interval in JSON")
        return json_contains(left, right)

    match whole:
        case Range():
            return in_range
        case ListOf():
            return in_list
        case Json():
            return in_json
        case _:
            raise CannotEvaluate("@> on what is no range, list or JSON")


def _overlap(of: AttributeType | None) -> Callable[[Operand, Operand], Operand]:
    match of:
        case Range():
            return lambda left, right: ranges_overlap(_tuple(left), _tuple(right))
        case ListOf():
            return lambda left, right: any(_is_equal(item, other) for item in _tuple(left) for other in _tuple(right))
        case _:
            raise CannotEvaluate("&& on what is neither range nor list")


def _tuple(value: Operand) -> tuple[Value, ...]:
    if not isinstance(value, tuple):
        raise CannotEvaluate(f"{type(value).__name__} as a range or list")
    return value


def _is_equal(left: Operand, right: Operand) -> bool:
    if left is None or right is None:
        return False
    first, second = comparable(left, right)
    return bool(first == second)


def _every(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(row: Row) -> Operand:
        is_unknown = False
        for part in parts:
            value = part(row)
            if value is None:
                is_unknown = True
            elif not value:
                return False
        return None if is_unknown else True

    return evaluate


def _any_of(parts: tuple[Evaluate, ...]) -> Evaluate:
    def evaluate(row: Row) -> Operand:
        is_unknown = False
        for part in parts:
            value = part(row)
            if value is None:
                is_unknown = True
            elif value:
                return True
        return None if is_unknown else False

    return evaluate


def _not(operand: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Operand:
        value = operand(row)
        return None if value is None else not value

    return evaluate


def _negative(operand: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Operand:
        value = operand(row)
        match value:
            case None:
                return None
            case Span() | int() | float() | DecimalNumber():
                return -value
            case _:
                raise CannotEvaluate(f"- {type(value).__name__}")

    return evaluate


def _is_null(operand: Evaluate, *, is_negated: bool) -> Evaluate:
    if is_negated:
        return lambda row: operand(row) is not None
    return lambda row: operand(row) is None


def _in(expression: In, names: _Names) -> Evaluate:
    operand = _compile(expression.operand, names)
    items = tuple(_compile(item, names) for item in expression.items)
    found, missing = not expression.is_negated, expression.is_negated

    def evaluate(row: Row) -> Operand:
        value = operand(row)
        if value is None:
            return None if items else missing
        is_unknown = False
        for item in items:
            candidate = item(row)
            if candidate is None:
                is_unknown = True
            elif _is_equal(value, candidate):
                return found
        return None if is_unknown else missing

    return evaluate


def _call(expression: Call, names: _Names) -> Evaluate:
    arguments = tuple(_compile(argument, names) for argument in expression.arguments)
    match expression.function:
        case "now" | "current_timestamp" | "transaction_timestamp" if not arguments:
            now = names.now
            return lambda _row: now
        case "current_date" if not arguments:
            today = names.now.astimezone(UTC).date()
            return lambda _row: today
        case "coalesce":
            return lambda row: next((value for part in arguments if (value := part(row)) is not None), None)
        case "nullif" if len(arguments) == 2:
            return _nullif(*arguments)
        case "greatest" | "least":
            return _extreme(arguments, is_greatest=expression.function == "greatest")
    function = strict_function(expression.function)

    def evaluate(row: Row) -> Operand:
        values = tuple(argument(row) for argument in arguments)
        return None if any(value is None for value in values) else function(values)

    return evaluate


def _nullif(left: Evaluate, right: Evaluate) -> Evaluate:
    def evaluate(row: Row) -> Operand:
        value = left(row)
        return None if _is_equal(value, right(row)) else value

    return evaluate


def _extreme(arguments: tuple[Evaluate, ...], *, is_greatest: bool) -> Evaluate:
    is_better = operation(Operator.GREATER if is_greatest else Operator.LESS)

    def evaluate(row: Row) -> Operand:
        best: Operand = None
        for argument in arguments:
            value = argument(row)
            if value is not None and (best is None or is_better(value, best)):
                best = value
        return best

    return evaluate


def _case(expression: Case, names: _Names) -> Evaluate:
    branches = tuple((_compile(condition, names), _compile(value, names)) for condition, value in expression.branches)
    otherwise = None if expression.otherwise is None else _compile(expression.otherwise, names)

    def evaluate(row: Row) -> Operand:
        for condition, value in branches:
            if condition(row):
                return value(row)
        return None if otherwise is None else otherwise(row)

    return evaluate


def _cast(expression: Cast, names: _Names) -> Evaluate:
    operand, wanted = _compile(expression.operand, names), expression.type

    def evaluate(row: Row) -> Operand:
        value = operand(row)
        return None if value is None else cast_value(value, wanted)

    return evaluate
