"""Functions of the plan's expressions on values that are not NULL, by their SQL names."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from groundplan.rows.expressions.operators import Operand, midnight
from groundplan.rows.expressions.values import CannotEvaluate

Function = Callable[[tuple[Operand, ...]], Operand]


def strict_function(name: str) -> Function:
    """Return a function that gives NULL for a NULL argument, so it is called without any.

    Raises CannotEvaluate where we do not know the function.
    """
    if name not in _STRICT:
        raise CannotEvaluate(f"the function {name}")
    return _STRICT[name]


def _text(arguments: tuple[Operand, ...], *, count: int = 1) -> str:
    if len(arguments) != count or not isinstance(arguments[0], str):
        raise CannotEvaluate("a text function on other arguments")
    return arguments[0]


def _lower(arguments: tuple[Operand, ...]) -> Operand:
    return _text(arguments).lower()


def _upper(arguments: tuple[Operand, ...]) -> Operand:
    return _text(arguments).upper()


def _trim(arguments: tuple[Operand, ...]) -> Operand:
    return _text(arguments).strip(" ")


def _trim_left(arguments: tuple[Operand, ...]) -> Operand:
    return _text(arguments).lstrip(" ")


def _trim_right(arguments: tuple[Operand, ...]) -> Operand:
    return _text(arguments).rstrip(" ")


def _starts_with(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() as text, str() as start):
            return text.startswith(start)
    raise CannotEvaluate("starts_with of what is no text")


def _position(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() as text, str() as part):
            return text.find(part) + 1
    raise CannotEvaluate("strpos of what is no text")


def _replace(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() as text, str() as before, str() as after):
            return text.replace(before, after) if before else text
    raise CannotEvaluate("replace of what is no text")


def _left(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() as text, int() as count):
            return text[:count]  # a negative count leaves out the last ones, there as here
    raise CannotEvaluate("left of what is no text")


def _right(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() as text, int() as count):
            return text[max(0, len(text) - count) :] if count >= 0 else text[-count:]
    raise CannotEvaluate("right of what is no text")


def _substring(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() as text, int() as start):
            return text[max(0, start - 1) :]
        case (str() as text, int() as start, int() as count) if count >= 0:
            return text[max(0, start - 1) : max(0, start - 1 + count)]
    raise CannotEvaluate("substring of what is no text")


def _is_empty(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case ((lower, upper),):
            return lower is not None and lower == upper
    raise CannotEvaluate("isempty of what is no range")


def _length(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() | bytes() as value,):
            return len(value)
    raise CannotEvaluate("length of what is neither text nor bytes")


def _octet_length(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() as text,):
            return len(text.encode())
        case (bytes() as value,):
            return len(value)
    raise CannotEvaluate("octet_length of what is neither text nor bytes")


def _absolute(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (int() as number,):
            return abs(number)
        case (float() as number,):
            return abs(number)
        case (Decimal() as number,):
            return abs(number)
    raise CannotEvaluate("abs of what is no number")


def _floor(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (Decimal() as number,):
            return Decimal(math.floor(number))
        case ((int() | float()) as number,):
            return float(math.floor(number))
    raise CannotEvaluate("floor of what is no number")


def _ceiling(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (Decimal() as number,):
            return Decimal(math.ceil(number))
        case ((int() | float()) as number,):
            return float(math.ceil(number))
    raise CannotEvaluate("ceil of what is no number")


def _round(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case ((int() | Decimal()) as number,):
            return Decimal(number).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        case ((int() | Decimal()) as number, int() as digits):
            return Decimal(number).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        case (float() as number,):
            return float(round(number))  # a double is rounded to the even neighbour (manual 9.3)
    raise CannotEvaluate("round of what is no number")


def _date_trunc(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() as unit, datetime() as instant):
            return _truncated(unit.lower(), instant)
        case (str() as unit, date() as day):
            return _truncated(unit.lower(), midnight(day))
    raise CannotEvaluate("date_trunc of what is no instant")


def _truncated(unit: str, instant: datetime) -> datetime:
    midnight = instant.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit:
        case "milliseconds" | "millisecond":
            return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
        case "second":
            return instant.replace(microsecond=0)
        case "minute":
            return instant.replace(second=0, microsecond=0)
        case "hour":
            return instant.replace(minute=0, second=0, microsecond=0)
        case "day":
            return midnight
        case "week":
            return midnight - timedelta(days=midnight.weekday())
        case "month":
            return midnight.replace(day=1)
        case "quarter":
            return midnight.replace(day=1, month=(midnight.month - 1) // 3 * 3 + 1)
        case "year":
            return midnight.replace(day=1, month=1)
        case _:
            raise CannotEvaluate(f"date_trunc to '{unit}'")


def _extract(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (str() as part, date() as moment):
            return Decimal(_part(part.lower(), moment))
    raise CannotEvaluate("extract from what is no date")


def _part(part: str, moment: date) -> int:
    match part:
        case "year" | "month" | "day":
            return {"year": moment.year, "month": moment.month, "day": moment.day}[part]
        case "dow":
            return moment.isoweekday() % 7
        case "isodow":
            return moment.isoweekday()
        case "hour" | "minute" if isinstance(moment, datetime):
            return moment.hour if part == "hour" else moment.minute
        case _:
            raise CannotEvaluate(f"extract of '{part}'")


def _range_lower(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case ((lower, _),):
            return lower
    raise CannotEvaluate("the lower bound of what is no range")


def _range_upper(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case ((_, upper),):
            return upper
    raise CannotEvaluate("the upper bound of what is no range")


def _cardinality(arguments: tuple[Operand, ...]) -> Operand:
    match arguments:
        case (tuple() as items,):
            return len(items)
    raise CannotEvaluate("cardinality of what is no list")


def _longitude(arguments: tuple[Operand, ...]) -> Operand:
    return _coordinate(arguments, 0)


def _latitude(arguments: tuple[Operand, ...]) -> Operand:
    return _coordinate(arguments, 1)


def _coordinate(arguments: tuple[Operand, ...], position: int) -> Operand:
    match arguments:
        case ((_, _) as point,):
            return point[position]
    raise CannotEvaluate("a coordinate of what is no point")


def _lower_bound_or_case(arguments: tuple[Operand, ...]) -> Operand:
    return _range_lower(arguments) if isinstance(arguments[0], tuple) else _lower(arguments)


def _upper_bound_or_case(arguments: tuple[Operand, ...]) -> Operand:
    return _range_upper(arguments) if isinstance(arguments[0], tuple) else _upper(arguments)


_STRICT: dict[str, Function] = {
    "abs": _absolute,
    "btrim": _trim,
    "cardinality": _cardinality,
    "ceil": _ceiling,
    "ceiling": _ceiling,
    "char_length": _length,
    "character_length": _length,
    "date_trunc": _date_trunc,
    "extract": _extract,
    "floor": _floor,
    "isempty": _is_empty,
    "latitude": _latitude,
    "left": _left,
    "length": _length,
    "longitude": _longitude,
    "lower": _lower_bound_or_case,
    "ltrim": _trim_left,
    "octet_length": _octet_length,
    "replace": _replace,
    "right": _right,
    "round": _round,
    "rtrim": _trim_right,
    "starts_with": _starts_with,
    "strpos": _position,
    "substr": _substring,
    "substring": _substring,
    "trim": _trim,
    "upper": _upper_bound_or_case,
}
