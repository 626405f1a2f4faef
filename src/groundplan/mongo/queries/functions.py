"""The functions of the plan's language as aggregation operators, by their SQL names.

`lower` and `upper` change the letters of ASCII alone: `$toLower` and `$toUpper` know no others (MongoDB manual).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from groundplan.mongo.queries.arithmetic import as_double, as_exact, as_text
from groundplan.mongo.queries.casts import rounded
from groundplan.mongo.queries.clock import age, part_of_time, time_zone, truncated
from groundplan.mongo.queries.containment import bound
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson, Moment, NewKey
from groundplan.mongo.queries.operands import (
    Operand,
    any_optional,
    both,
    constant,
    is_there,
    strict,
)
from groundplan.mongo.representation import LOWER, UPPER
from groundplan.plan.resolve.casts import UNBOUNDED_DECIMAL
from groundplan.plan.resolve.functions import FUNCTIONS
from groundplan.plan.types import (
    AttributeType,
    Bytes,
    Date,
    Decimal,
    Float,
    Integer,
    Range,
    Text,
    Timestamp,
    Uuid,
)

Arguments = tuple[Operand, ...]
Function = Callable[[Arguments], Bson]

_LONGEST = 2**31 - 1


def call_operand(function: str, arguments: Arguments) -> Operand:
    """Return the value of a call. Raises Inexpressible."""
    whole = _WHOLE.get(function)
    if whole is not None:
        return whole(arguments)
    write = _STRICT.get(function)
    if write is None:
        raise Inexpressible(f"{function}() has no counterpart")
    return Operand(expression=write(arguments), type=_result(function, arguments), is_optional=any_optional(*arguments))


def _result(function: str, arguments: Arguments) -> AttributeType | None:
    given = tuple(argument.type for argument in arguments)
    known = FUNCTIONS.get(function)
    signature = None if known is None else known.signature(given)
    return None if signature is None else signature.result(given)


def _number(operand: Operand) -> int | None:
    value = None if operand.constant is None else operand.constant.value
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _one(symbol: str) -> Function:
    return lambda arguments: {symbol: arguments[0].expression}


def _strict_one(symbol: str) -> Function:
    return lambda arguments: strict({symbol: arguments[0].expression}, arguments[0])


# Text


def _lower(arguments: Arguments) -> Bson:
    return _case_or_bound(arguments[0], "$toLower", LOWER)


def _upper(arguments: Arguments) -> Bson:
    return _case_or_bound(arguments[0], "$toUpper", UPPER)


def _case_or_bound(operand: Operand, symbol: str, name: str) -> Bson:
    return bound(operand, name) if isinstance(operand.type, Range) else strict({symbol: operand.expression}, operand)


def _trim(symbol: str) -> Function:
    return lambda arguments: {symbol: {"input": arguments[0].expression, "chars": " "}}


def _length(arguments: Arguments) -> Bson:
    symbol = "$binarySize" if isinstance(arguments[0].type, Bytes) else "$strLenCP"
    return strict({symbol: arguments[0].expression}, arguments[0])


def _octet_length(arguments: Arguments) -> Bson:
    symbol = "$binarySize" if isinstance(arguments[0].type, Bytes) else "$strLenBytes"
    return strict({symbol: arguments[0].expression}, arguments[0])


def _substring(arguments: Arguments) -> Bson:
    text, start = arguments[0], arguments[1]
    first, count = _number(start), _number(arguments[2]) if len(arguments) == 3 else _LONGEST
    if first is not None and count is not None:
        begin = max(first, 1)
        length = max(0, first + count - begin) if count < _LONGEST else _LONGEST
        return strict({"$substrCP": (text.expression, begin - 1, length)}, text)
    begins: Bson = {"$max": (start.expression, 1)}
    taken: Bson = _LONGEST
    if len(arguments) == 3:
        end = {"$add": (start.expression, arguments[2].expression)}
        taken = {"$max": ({"$subtract": (end, begins)}, 0)}
    return strict({"$substrCP": (text.expression, {"$subtract": (begins, 1)}, taken)}, *arguments)


def _left(arguments: Arguments) -> Bson:
    text, count = arguments
    known = _number(count)
    if known is not None and known >= 0:
        return strict({"$substrCP": (text.expression, 0, known)}, text)
    # A count below zero leaves out the last characters.
    kept = {"$max": ({"$add": ({"$strLenCP": text.expression}, count.expression)}, 0)}
    is_back = {"$lt": (count.expression, 0)}
    length: Bson = {"$cond": (is_back, kept, count.expression)}
    return strict({"$substrCP": (text.expression, 0, length)}, text, count)


def _right(arguments: Arguments) -> Bson:
    text, count = arguments
    # A count below zero leaves out the first characters.
    behind = {"$max": ({"$subtract": ({"$strLenCP": text.expression}, count.expression)}, 0)}
    start = {"$cond": ({"$lt": (count.expression, 0)}, {"$abs": count.expression}, behind)}
    return strict({"$substrCP": (text.expression, start, _LONGEST)}, text, count)


def _replace(arguments: Arguments) -> Bson:
    text, before, after = (argument.expression for argument in arguments)
    replaced = {"$replaceAll": {"input": text, "find": before, "replacement": after}}
    if arguments[1].constant is not None and arguments[1].constant.value not in ("", None):
        return replaced
    # An empty text is found everywhere by $replaceAll, and nowhere by replace().
    return {"$cond": ({"$eq": (before, "")}, {"$cond": (both([is_there(each) for each in arguments]), text, None)},
                      replaced)}  # fmt: skip


def _split_part(arguments: Arguments) -> Bson:
    text, delimiter, position = arguments
    at = _number(position)
    if at is None or delimiter.constant is None or delimiter.constant.value == "":
        raise Inexpressible("split_part() takes a position and a delimiter that are known beforehand")
    parts = {"$split": (text.expression, delimiter.expression)}
    found = {"$arrayElemAt": (parts, at - 1 if at > 0 else at)}
    return strict({"$ifNull": (found, "")}, text, delimiter)


def _strpos(arguments: Arguments) -> Bson:
    return {"$add": ({"$indexOfCP": (arguments[0].expression, arguments[1].expression)}, 1)}


def _starts_with(arguments: Arguments) -> Bson:
    found = {"$eq": ({"$indexOfCP": (arguments[0].expression, arguments[1].expression)}, 0)}
    return strict(found, *arguments)


def _concat(arguments: Arguments) -> Operand:
    parts: tuple[Bson, ...] = tuple(
        {"$ifNull": (as_text(argument), "")} if argument.is_optional else as_text(argument) for argument in arguments
    )
    return Operand(expression={"$concat": parts}, type=Text())


# Choices


def _coalesce(arguments: Arguments) -> Operand:
    of = next((argument.type for argument in arguments if argument.type is not None), None)
    if not arguments[0].is_optional or len(arguments) == 1:
        return replace(arguments[0], type=of)
    return Operand(
        expression={"$ifNull": tuple(argument.expression for argument in arguments)},
        type=of,
        is_optional=all(argument.is_optional for argument in arguments),
    )


def _nullif(arguments: Arguments) -> Operand:
    first, second = arguments
    is_equal = both([*(is_there(side) for side in arguments if side.is_optional),
                     {"$eq": (first.expression, second.expression)}])  # fmt: skip
    return Operand(
        expression={"$cond": (is_equal, None, first.expression)}, type=first.type or second.type, is_optional=True
    )


def _extreme(symbol: str) -> Callable[[Arguments], Operand]:
    def write(arguments: Arguments) -> Operand:
        return Operand(
            expression={symbol: tuple(argument.expression for argument in arguments)},
            type=next((argument.type for argument in arguments if argument.type is not None), None),
            is_optional=all(argument.is_optional for argument in arguments),
        )

    return write


# Numbers


def _round(arguments: Arguments) -> Bson:
    operand = arguments[0]
    digits = _number(arguments[1]) if len(arguments) == 2 else 0
    if digits is None:
        raise Inexpressible("round() takes a number of digits that is known beforehand")
    if isinstance(operand.type, Float):
        return {"$round": (operand.expression, digits)}  # to the even neighbour, in PostgreSQL too (manual 9.3)
    if isinstance(operand.type, Integer):
        return operand.expression if digits >= 0 else {"$toLong": rounded(as_exact(operand), digits)}
    return rounded(as_exact(operand), digits)


def _trunc(arguments: Arguments) -> Bson:
    digits: Bson = arguments[1].expression if len(arguments) == 2 else 0
    return {"$trunc": (arguments[0].expression, digits)}


def _mod(arguments: Arguments) -> Bson:
    return {"$mod": (arguments[0].expression, arguments[1].expression)}


def _power(arguments: Arguments) -> Bson:
    return {"$pow": (as_double(arguments[0]), as_double(arguments[1]))}


def _of_double(symbol: str) -> Function:
    return lambda arguments: {symbol: as_double(arguments[0])}


# Lists, JSON, places, ranges


def _append(arguments: Arguments) -> Operand:
    items, item = arguments
    added = {"$ifNull": (item.expression, None)} if item.is_optional else item.expression
    if items.constant is not None and items.constant.value == ():
        return Operand(expression=(added,), type=items.type)
    whole = {"$ifNull": (items.expression, ())} if items.is_optional else items.expression
    return Operand(expression={"$concatArrays": (whole, (added,))}, type=items.type)


def _json_kind(arguments: Arguments) -> Bson:
    kind = {"$type": arguments[0].expression}
    words = {"array": "array", "string": "string", "bool": "boolean", "object": "object", "null": "null"}
    branches: list[Bson] = [{"case": {"$eq": (kind, "missing")}, "then": None}]
    branches += [{"case": {"$eq": (kind, name)}, "then": word} for name, word in words.items()]
    return {"$switch": {"branches": tuple(branches), "default": "number"}}


def _point(arguments: Arguments) -> Bson:
    value: Bson = {"type": "Point", "coordinates": tuple(as_double(argument) for argument in arguments)}
    return strict(value, *arguments)


def _coordinate(position: int) -> Function:
    def write(arguments: Arguments) -> Bson:
        whole = arguments[0].expression
        pair = f"{whole}.coordinates" if isinstance(whole, str) else {"$getField": {"field": "coordinates",
                                                                                    "input": whole}}  # fmt: skip
        return {"$arrayElemAt": (pair, position)}

    return write


def _is_empty(arguments: Arguments) -> Bson:
    span = arguments[0]
    lower, upper = bound(span, LOWER), bound(span, UPPER)
    return strict(both([{"$gt": (lower, None)}, {"$eq": (lower, upper)}]), span)


def _range_of(of: Integer | Decimal | Date | Timestamp) -> Callable[[Arguments], Operand]:
    def write(arguments: Arguments) -> Operand:
        bounds = "[)"
        if len(arguments) == 3:
            known = arguments[2].constant
            if known is None or known.value not in ("[)", "[]", "()", "(]"):
                raise Inexpressible("which bounds belong to a range must be known beforehand")
            bounds = str(known.value)
        lower = arguments[0].expression if bounds[0] == "[" else _next(arguments[0].expression, of)
        upper = arguments[1].expression if bounds[1] == ")" else _next(arguments[1].expression, of)
        return Operand(expression={LOWER: lower, UPPER: upper}, type=Range(of=of))

    return write


def _next(value: Bson, of: Integer | Decimal | Date | Timestamp) -> Bson:
    match of:
        case Integer():
            return {"$add": (value, 1)}
        case Date():
            return {"$dateAdd": {"startDate": value, "unit": "day", "amount": 1}}
        case _:
            raise Inexpressible("a range of moments or numbers includes its lower bound and excludes its upper one")


# Time


def _now(_arguments: Arguments) -> Operand:
    return constant(Moment(), Timestamp())


def _today(_arguments: Arguments) -> Operand:
    return constant(Moment(is_day=True), Date())


def _new_key(_arguments: Arguments) -> Operand:
    return constant(NewKey(), Uuid())


def _random(_arguments: Arguments) -> Operand:
    return Operand(expression={"$rand": {}}, type=Float())


def _bound_operand(arguments: Arguments, write: Function, name: str) -> Operand:
    """Return `lower` or `upper`: a bound may be open though the range is there."""
    is_bound = isinstance(arguments[0].type, Range)
    return Operand(
        expression=write(arguments),
        type=_result(name, arguments),
        is_optional=is_bound or any_optional(*arguments),
    )


_WHOLE: dict[str, Callable[[Arguments], Operand]] = {
    "array_append": _append,
    "coalesce": _coalesce,
    "concat": _concat,
    "current_date": _today,
    "current_timestamp": _now,
    "daterange": _range_of(Date()),
    "gen_random_uuid": _new_key,
    "greatest": _extreme("$max"),
    "int8range": _range_of(Integer()),
    "least": _extreme("$min"),
    "lower": lambda arguments: _bound_operand(arguments, _lower, "lower"),
    "now": _now,
    "nullif": _nullif,
    "numrange": _range_of(UNBOUNDED_DECIMAL),
    "random": _random,
    "tstzrange": _range_of(Timestamp()),
    "upper": lambda arguments: _bound_operand(arguments, _upper, "upper"),
    "uuidv7": _new_key,
}
"""Functions that are not NULL just because an argument is, or that take none."""

_STRICT: dict[str, Function] = {
    "abs": _one("$abs"),
    "age": age,
    "btrim": _trim("$trim"),
    "cardinality": _strict_one("$size"),
    "ceil": _one("$ceil"),
    "ceiling": _one("$ceil"),
    "char_length": _length,
    "character_length": _length,
    "date_part": lambda arguments: {"$toDouble": part_of_time(arguments)},
    "date_trunc": truncated,
    "exp": _of_double("$exp"),
    "extract": lambda arguments: {"$toDecimal": part_of_time(arguments)},
    "floor": _one("$floor"),
    "isempty": _is_empty,
    "jsonb_array_length": _strict_one("$size"),
    "jsonb_typeof": _json_kind,
    "latitude": _coordinate(1),
    "left": _left,
    "length": _length,
    "ln": _of_double("$ln"),
    "longitude": _coordinate(0),
    "ltrim": _trim("$ltrim"),
    "mod": _mod,
    "octet_length": _octet_length,
    "point": _point,
    "power": _power,
    "replace": _replace,
    "right": _right,
    "round": _round,
    "rtrim": _trim("$rtrim"),
    "split_part": _split_part,
    "sqrt": _of_double("$sqrt"),
    "starts_with": _starts_with,
    "strpos": _strpos,
    "substr": _substring,
    "substring": _substring,
    "timezone": time_zone,
    "trim": _trim("$trim"),
    "trunc": _trunc,
}
"""Functions that are NULL where an argument is."""
