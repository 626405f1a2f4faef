"""What conditions say about the values of a column: the constants they compare with, and the forms they ask for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from groundplan.plan.expressions import Binary, Expression, Literal, Local, Operator, walk

_LIKE = frozenset({Operator.LIKE, Operator.ILIKE})
_REGULAR = frozenset({Operator.MATCHES, Operator.MATCHES_ANY_CASE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Constants near which the values of a column are worth trying."""

    numbers: tuple[Decimal, ...] = ()
    texts: tuple[str, ...] = ()
    regular: tuple[str, ...] = ()
    like: tuple[str, ...] = ()


def columns_of(expression: Expression) -> frozenset[str]:
    """Return the columns that an expression reads."""
    return frozenset(node.name for node in walk(expression) if isinstance(node, Local))


def hints_for(column: str, conditions: Iterable[Expression]) -> Hints:
    """Collect what the conditions that read a column compare with."""
    numbers: list[Decimal] = []
    texts: list[str] = []
    regular: list[str] = []
    like: list[str] = []
    for condition in conditions:
        if column not in columns_of(condition):
            continue
        for node in walk(condition):
            match node:
                case Binary(operator=operator, right=Literal(value=str(pattern))) if operator in _REGULAR:
                    regular.append(pattern)
                case Binary(operator=operator, right=Literal(value=str(pattern))) if operator in _LIKE:
                    like.append(pattern)
                case Literal(value=bool() | None):
                    pass
                case Literal(value=str(text)):
                    texts.append(text)
                case Literal(value=int() | Decimal() as number):
                    numbers.append(Decimal(number))
                case _:
                    pass
    return Hints(
        numbers=tuple(dict.fromkeys(numbers)),
        texts=tuple(dict.fromkeys(texts)),
        regular=tuple(dict.fromkeys(regular)),
        like=tuple(dict.fromkeys(like)),
    )
