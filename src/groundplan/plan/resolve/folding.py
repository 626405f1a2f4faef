"""Numbers that a formula spells out, and divisions that no row can survive."""

from __future__ import annotations

from decimal import Context, Decimal

from groundplan.plan.expressions import Binary, Call, Expression, Literal, Negative, Operator, walk

_DIVISIONS = (Operator.DIVIDE, Operator.MODULO)
_EXACT = Context(prec=120, traps=[])
"""Wide enough for every number that formulas hold; what is wider still becomes no number instead of an error."""


def folded(expression: Expression) -> Decimal | None:
    """Return the number that an expression of constants has, without divisions; None for all others."""
    number: Decimal | None = None
    match expression:
        case Literal(value=int() | Decimal() as value) if not isinstance(value, bool):
            number = Decimal(value)
        case Negative():
            operand = folded(expression.operand)
            number = None if operand is None else -operand
        case Binary():
            left, right = folded(expression.left), folded(expression.right)
            if left is not None and right is not None:
                number = _calculated(expression.operator, left, right)
        case _:
            return None
    return number if number is not None and number.is_finite() else None


def _calculated(operator: Operator, left: Decimal, right: Decimal) -> Decimal | None:
    match operator:
        case Operator.PLUS:
            return _EXACT.add(left, right)
        case Operator.MINUS:
            return _EXACT.subtract(left, right)
        case Operator.TIMES:
            return _EXACT.multiply(left, right)
        case _:
            return None


def divides_by_zero(expression: Expression) -> bool:
    """Tell whether any part of an expression divides by a constant that is zero."""
    return any(divisor is not None and folded(divisor) == 0 for divisor in map(_divisor, walk(expression)))


def _divisor(node: Expression) -> Expression | None:
    match node:
        case Binary() if node.operator in _DIVISIONS:
            return node.right
        case Call(function="mod", arguments=(_, divisor)):
            return divisor
        case _:
            return None
