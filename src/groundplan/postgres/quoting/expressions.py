"""Expressions of the plan as SQL, with the parentheses that PostgreSQL's precedence asks for (manual 4.1.6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
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
from groundplan.plan.types import Decimal, Integer, Money
from groundplan.postgres.quoting.literals import literal
from groundplan.postgres.quoting.types import cast_type

NameOf = Callable[[Path | Local], str]
"""Gives the SQL of a name, already quoted: `"p"."title"`."""

ParameterOf = Callable[[Parameter], str]
"""Gives the placeholder of a parameter: `$1`."""


class Binding(IntEnum):
    """How tightly an expression holds together, loosest first."""

    OR = 1
    AND = 2
    NOT = 3
    IS = 4
    COMPARISON = 5
    MEMBERSHIP = 6
    OTHER_OPERATOR = 7
    SUM = 8
    PRODUCT = 9
    SIGN = 10
    CAST = 11
    ATOM = 12


_BINDING_OF_OPERATOR = {
    Operator.EQUAL: Binding.COMPARISON,
    Operator.NOT_EQUAL: Binding.COMPARISON,
    Operator.LESS: Binding.COMPARISON,
    Operator.LESS_EQUAL: Binding.COMPARISON,
    Operator.GREATER: Binding.COMPARISON,
    Operator.GREATER_EQUAL: Binding.COMPARISON,
    Operator.PLUS: Binding.SUM,
    Operator.MINUS: Binding.SUM,
    Operator.TIMES: Binding.PRODUCT,
    Operator.DIVIDE: Binding.PRODUCT,
    Operator.MODULO: Binding.PRODUCT,
    Operator.CONCATENATE: Binding.OTHER_OPERATOR,
    Operator.OVERLAPS: Binding.OTHER_OPERATOR,
    Operator.CONTAINS: Binding.OTHER_OPERATOR,
    Operator.CONTAINED: Binding.OTHER_OPERATOR,
    Operator.HAS_KEY: Binding.OTHER_OPERATOR,
    Operator.GET: Binding.OTHER_OPERATOR,
    Operator.GET_TEXT: Binding.OTHER_OPERATOR,
    Operator.LIKE: Binding.MEMBERSHIP,
    Operator.ILIKE: Binding.MEMBERSHIP,
    Operator.MATCHES: Binding.OTHER_OPERATOR,
    Operator.MATCHES_ANY_CASE: Binding.OTHER_OPERATOR,
}

_WITHOUT_ASSOCIATIVITY = frozenset({Binding.COMPARISON, Binding.MEMBERSHIP})
"""`a < b < c` is no expression: both sides of such an operator have to hold together more tightly."""

_FUNCTION_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_WITHOUT_PARENTHESES = frozenset(
    {"current_date", "current_time", "current_timestamp", "current_user", "localtime", "localtimestamp", "session_user"}
)
_COORDINATES = {"longitude": 0, "latitude": 1}
"""The functions of the plan that take a point apart, with the subscript that does so here (manual 9.11)."""


@dataclass(frozen=True, slots=True)
class _Rendered:
    sql: str
    binding: Binding


@dataclass(frozen=True, slots=True)
class _Names:
    name: NameOf
    parameter: ParameterOf | None


def expression_sql(expression: Expression, *, name: NameOf, parameter: ParameterOf | None = None) -> str:
    """Return an expression as SQL.

    `name` gives the SQL of each path and local name, an operand that needs no parentheses; `parameter` gives that of
    each parameter. Raises ValueError for a parameter where none is given (a check, an index key), and for a function
    whose name is no plain word.
    """
    return _render(expression, _Names(name, parameter)).sql


def _render(expression: Expression, names: _Names) -> _Rendered:
    match expression:
        case Path() | Local():
            return _Rendered(names.name(expression), Binding.ATOM)
        case Literal():
            return _literal(expression)
        case Parameter():
            return _parameter(expression, names)
        case Binary():
            return _binary(expression, names)
        case Every():
            return _joined(expression.parts, word="AND", binding=Binding.AND, names=names)
        case AnyOf():
            return _joined(expression.parts, word="OR", binding=Binding.OR, names=names)
        case Not():
            return _Rendered(f"NOT {_inside(expression.operand, Binding.CAST, names)}", Binding.NOT)
        case Negative():
            return _Rendered(f"- {_inside(expression.operand, Binding.CAST, names)}", Binding.SIGN)
        case IsNull():
            test = "IS NOT NULL" if expression.is_negated else "IS NULL"
            return _Rendered(f"{_inside(expression.operand, Binding.OTHER_OPERATOR, names)} {test}", Binding.IS)
        case In():
            return _membership(expression, names)
        case Call():
            return _call(expression, names)
        case Aggregate():
            return _aggregate(expression, names)
        case Case():
            return _case(expression, names)
        case Cast():
            operand = _inside(expression.operand, Binding.CAST, names)
            return _Rendered(f"{operand}::{cast_type(expression.type)}", Binding.CAST)
        case _:
            assert_never(expression)


def _inside(expression: Expression, least: Binding, names: _Names) -> str:
    """Render an operand, in parentheses where it holds together less tightly than `least`."""
    rendered = _render(expression, names)
    return rendered.sql if rendered.binding >= least else f"({rendered.sql})"


def _literal(expression: Literal) -> _Rendered:
    sql = literal(expression.value, expression.type)
    return _Rendered(sql, Binding.SIGN if sql.startswith("-") else Binding.CAST)


def _parameter(expression: Parameter, names: _Names) -> _Rendered:
    if names.parameter is None:
        raise ValueError(f"a parameter cannot stand here: {expression.name!r}")
    # A placeholder may be a cast (`$1::uuid`), which binds as tightly as an operand ever has to.
    return _Rendered(names.parameter(expression), Binding.CAST)


def _binary(expression: Binary, names: _Names) -> _Rendered:
    binding = _BINDING_OF_OPERATOR[expression.operator]
    tighter = Binding(binding + 1)
    left_least = tighter if binding in _WITHOUT_ASSOCIATIVITY else binding
    left = _inside(expression.left, left_least, names)
    right = _inside(expression.right, tighter, names)
    if expression.operator is Operator.CONTAINS:
        right += _element_cast(expression.right)
    elif expression.operator is Operator.CONTAINED:
        left += _element_cast(expression.left)
    return _Rendered(f"{left} {expression.operator.value.upper()} {right}", binding)


def _element_cast(operand: Expression) -> str:
    """Return what gives a number the type of a range's bounds: `int8range @> integer` is no operator (manual 9.20)."""
    match operand:
        case Literal(type=Integer()) | Path(type=Integer()) | Parameter(type=Integer()):
            return "::bigint"
        case Literal(type=Decimal() | Money()) | Parameter(type=Decimal() | Money()):
            return "::numeric"
        case _:
            return ""


def _joined(parts: tuple[Expression, ...], *, word: str, binding: Binding, names: _Names) -> _Rendered:
    # AND within OR needs no parentheses; readers do.
    return _Rendered(f" {word} ".join(_inside(part, Binding.NOT, names) for part in parts), binding)


def _membership(expression: In, names: _Names) -> _Rendered:
    if not expression.items:
        return _Rendered("true" if expression.is_negated else "false", Binding.ATOM)
    word = "NOT IN" if expression.is_negated else "IN"
    operand = _inside(expression.operand, Binding.OTHER_OPERATOR, names)
    return _Rendered(f"{operand} {word} ({_list(expression.items, names)})", Binding.MEMBERSHIP)


def _call(expression: Call, names: _Names) -> _Rendered:
    function, arguments = expression.function, expression.arguments
    if _FUNCTION_NAME.fullmatch(function) is None:
        raise ValueError(f"not the name of a function: {function!r}")
    if function in _WITHOUT_PARENTHESES and not arguments:
        return _Rendered(function, Binding.ATOM)
    if function in _COORDINATES and len(arguments) == 1:
        (point,) = arguments
        operand = _render(point, names).sql
        subscripted = operand if isinstance(point, Path | Local) else f"({operand})"
        return _Rendered(f"{subscripted}[{_COORDINATES[function]}]", Binding.ATOM)
    if function == "extract" and len(arguments) == 2:
        part, source = (_render(argument, names).sql for argument in arguments)
        return _Rendered(f"extract({part} FROM {source})", Binding.ATOM)
    return _Rendered(f"{function}({_list(arguments, names)})", Binding.ATOM)


def _aggregate(expression: Aggregate, names: _Names) -> _Rendered:
    if _FUNCTION_NAME.fullmatch(expression.function) is None:
        raise ValueError(f"not the name of a function: {expression.function!r}")
    operand = "*" if expression.operand is None else _render(expression.operand, names).sql
    distinct = "DISTINCT " if expression.is_distinct else ""
    return _Rendered(f"{expression.function}({distinct}{operand})", Binding.ATOM)


def _case(expression: Case, names: _Names) -> _Rendered:
    branches = " ".join(
        f"WHEN {_render(condition, names).sql} THEN {_render(value, names).sql}"
        for condition, value in expression.branches
    )
    otherwise = "" if expression.otherwise is None else f" ELSE {_render(expression.otherwise, names).sql}"
    return _Rendered(f"CASE {branches}{otherwise} END", Binding.ATOM)


def _list(items: tuple[Expression, ...], names: _Names) -> str:
    return ", ".join(_render(item, names).sql for item in items)
