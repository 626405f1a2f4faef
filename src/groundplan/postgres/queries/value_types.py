"""The PostgreSQL type of a formula's value, as far as it can be told without asking the engine."""

from __future__ import annotations

from decimal import Decimal
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
from groundplan.postgres.queries.statement import UNKNOWN, query_parameter
from groundplan.postgres.queries.storage import Storage
from groundplan.postgres.quoting import cast_type

TIMESTAMP = "timestamp with time zone"

_NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
"""Numeric types by falling precedence from the right: an operator's result has the later one (manual 10.2)."""

_BY_FUNCTION = {
    "now": TIMESTAMP, "current_timestamp": TIMESTAMP, "transaction_timestamp": TIMESTAMP,
    "statement_timestamp": TIMESTAMP, "clock_timestamp": TIMESTAMP, "to_timestamp": TIMESTAMP,
    "current_date": "date", "localtime": "time without time zone",
    "lower": "text", "upper": "text", "trim": "text", "btrim": "text", "ltrim": "text", "rtrim": "text",
    "substring": "text", "substr": "text", "left": "text", "right": "text", "replace": "text", "concat": "text",
    "concat_ws": "text", "initcap": "text", "to_char": "text", "md5": "text", "format": "text", "split_part": "text",
    "length": "integer", "char_length": "integer", "character_length": "integer", "octet_length": "integer",
    "cardinality": "integer", "array_length": "integer", "position": "integer", "strpos": "integer",
    "jsonb_array_length": "integer", "extract": "numeric", "date_part": "double precision", "age": "interval",
    "earth_distance": "double precision", "longitude": "double precision", "latitude": "double precision",
    "random": "double precision", "sqrt": "double precision", "gen_random_uuid": "uuid", "uuidv7": "uuid",
}  # fmt: skip

_AS_FIRST_ARGUMENT = frozenset(
    {"coalesce", "nullif", "greatest", "least", "abs", "round", "ceil", "ceiling", "floor", "trunc", "mod"}
)
_ROUNDED_TO_NUMERIC = frozenset({"round", "ceil", "ceiling", "floor", "trunc"})

_LOGICAL = frozenset(
    {
        Operator.EQUAL, Operator.NOT_EQUAL, Operator.LESS, Operator.LESS_EQUAL, Operator.GREATER,
        Operator.GREATER_EQUAL, Operator.OVERLAPS, Operator.CONTAINS, Operator.CONTAINED, Operator.HAS_KEY,
        Operator.LIKE, Operator.ILIKE, Operator.MATCHES, Operator.MATCHES_ANY_CASE,
    }
)  # fmt: skip


def value_type(expression: Expression, *, storage: Storage) -> str:
    """Return the type of a formula's value: a plain column keeps its length or precision; `unknown` where unsure."""
    match expression:
        case Path():
            return storage.type_of(expression) or UNKNOWN
        case Local():
            return UNKNOWN
        case Literal():
            return _literal_type(expression)
        case Parameter():
            return query_parameter(expression, storage=storage).type
        case Binary():
            return _binary_type(expression, storage)
        case Every() | AnyOf() | Not() | IsNull() | In():
            return "boolean"
        case Negative():
            return _computed(expression.operand, storage)
        case Call():
            return _call_type(expression, storage)
        case Aggregate():
            return _aggregate_type(expression, storage)
        case Case():
            values = [value for _, value in expression.branches]
            return _first_known([*values, *([expression.otherwise] if expression.otherwise else [])], storage)
        case Cast():
            return cast_type(expression.type)
        case _:
            assert_never(expression)


def list_type(expression: Expression, *, storage: Storage) -> str:
    """Return the type of a list of such values; lists of lists are JSON, for arrays cannot be ragged."""
    element = value_type(expression, storage=storage)
    if element.endswith("[]"):
        return "jsonb"
    return UNKNOWN if element == UNKNOWN else f"{storage.without_modifier(element)}[]"


def _computed(expression: Expression, storage: Storage) -> str:
    return storage.without_modifier(value_type(expression, storage=storage))


def _literal_type(expression: Literal) -> str:
    if expression.type is not None:
        return cast_type(expression.type)
    match expression.value:
        case None:
            return UNKNOWN
        case bool():
            return "boolean"
        case int() as number:
            return "integer" if -(2**31) <= number < 2**31 else "bigint" if -(2**63) <= number < 2**63 else "numeric"
        case Decimal():
            return "numeric"
        case str():
            return "text"
        case _:
            assert_never(expression.value)


def _binary_type(expression: Binary, storage: Storage) -> str:
    operator = expression.operator
    if operator in _LOGICAL:
        return "boolean"
    if operator is Operator.GET_TEXT:
        return "text"
    left, right = (_computed(side, storage) for side in (expression.left, expression.right))
    if operator is Operator.GET:
        return left
    if operator is Operator.CONCATENATE:
        return left if left.endswith("[]") or left in ("jsonb", "bytea") else "text"
    if left in _NUMBERS and right in _NUMBERS:
        wider = max(left, right, key=_NUMBERS.index)
        # numeric with double precision is double precision, but integer with real is double precision too
        return "double precision" if wider == "real" and left != right else wider
    return _time_arithmetic(operator, left, right)


def _time_arithmetic(operator: Operator, left: str, right: str) -> str:
    if left == right == "date" and operator is Operator.MINUS:
        return "integer"
    if left == right == TIMESTAMP and operator is Operator.MINUS:
        return "interval"
    if "interval" in (left, right):
        other = right if left == "interval" else left
        if other == "date":
            return "timestamp without time zone"
        return "interval" if other in _NUMBERS else other
    if left == "date" and right == "integer":
        return "date"
    return UNKNOWN


def _call_type(expression: Call, storage: Storage) -> str:
    function = expression.function
    if function in _BY_FUNCTION:
        return _BY_FUNCTION[function]
    if function == "date_trunc" and len(expression.arguments) >= 2:
        source = _computed(expression.arguments[1], storage)
        return TIMESTAMP if source in (TIMESTAMP, "date") else source
    if function in _AS_FIRST_ARGUMENT and expression.arguments:
        found = _first_known(list(expression.arguments), storage)
        is_whole = found in ("smallint", "integer", "bigint")
        if function in _ROUNDED_TO_NUMERIC and is_whole:
            return "numeric" if len(expression.arguments) > 1 else "double precision"
        return found
    return UNKNOWN


def _first_known(expressions: list[Expression], storage: Storage) -> str:
    found = [_computed(expression, storage) for expression in expressions]
    known = [type_name for type_name in found if type_name != UNKNOWN]
    if known and all(type_name in _NUMBERS for type_name in known):
        return max(known, key=_NUMBERS.index)
    return known[0] if known else UNKNOWN


def _aggregate_type(expression: Aggregate, storage: Storage) -> str:
    operand = UNKNOWN if expression.operand is None else _computed(expression.operand, storage)
    match expression.function:
        case "count":
            return "bigint"
        case "sum":
            return {"smallint": "bigint", "integer": "bigint", "bigint": "numeric"}.get(operand, operand)
        case "avg" | "stddev" | "variance" | "stddev_samp" | "stddev_pop" | "var_samp" | "var_pop":
            return "numeric" if operand in ("smallint", "integer", "bigint") else operand
        case "min" | "max":
            return "text" if operand == "character varying" else operand
        case "bool_and" | "bool_or" | "every":
            return "boolean"
        case "array_agg":
            return UNKNOWN if operand == UNKNOWN else f"{operand}[]"
        case "jsonb_agg" | "jsonb_object_agg":
            return "jsonb"
        case "string_agg":
            return "text"
        case _:
            return UNKNOWN
