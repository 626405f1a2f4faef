"""Functions of time: parts of moments, moments cut off, and wall clocks."""

from __future__ import annotations

from decimal import Decimal as DecimalNumber

from groundplan.mongo.queries.arithmetic import milliseconds_of_day
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand
from groundplan.mongo.queries.spans import DAY
from groundplan.plan.types import Interval, Time

_PARTS: dict[str, str] = {
    "minute": "$minute",
    "hour": "$hour",
    "day": "$dayOfMonth",
    "week": "$isoWeek",
    "month": "$month",
    "isodow": "$isoDayOfWeek",
    "doy": "$dayOfYear",
    "year": "$year",
}
_LENGTHS = {"second": 1000, "minute": 60_000, "hour": 3_600_000, "day": DAY}
_WITHIN = {"second": 60_000, "minute": 3_600_000, "hour": DAY}
_WALL_CLOCK = "%Y-%m-%dT%H:%M:%S.%L"


def _unit(operand: Operand) -> str:
    value = None if operand.constant is None else operand.constant.value
    if not isinstance(value, str):
        raise Inexpressible("a part of time must be known beforehand")
    return value


def truncated(arguments: tuple[Operand, ...]) -> Bson:
    """Return `date_trunc(unit, moment or interval)`."""
    unit, source = _unit(arguments[0]), arguments[1]
    if isinstance(source.type, Interval):
        if unit not in _LENGTHS:
            raise Inexpressible(f"a stored length of time has no {unit}s")
        return {"$subtract": (source.expression, {"$mod": (source.expression, _LENGTHS[unit])})}
    cut: dict[str, Bson] = {"date": source.expression, "unit": unit}
    if unit == "week":
        cut["startOfWeek"] = "monday"
    return {"$dateTrunc": cut}


def part_of_time(arguments: tuple[Operand, ...]) -> Bson:
    """Return `extract(part from moment)` as a number of any sort."""
    part, source = _unit(arguments[0]), arguments[1]
    match source.type:
        case Interval():
            return _of_length(part, source.expression)
        case Time():
            return _of_length(part, milliseconds_of_day(source.expression))
        case _:
            return _of_moment(part, source.expression)


def _of_moment(part: str, moment: Bson) -> Bson:
    match part:
        case "epoch":
            return _thousandths({"$toLong": moment})
        case "second":
            return {"$add": ({"$second": moment}, _thousandths({"$millisecond": moment}))}
        case "quarter":
            return {"$ceil": {"$divide": ({"$month": moment}, 3)}}
        case "dow":
            return {"$subtract": ({"$dayOfWeek": moment}, 1)}
        case _:
            return {_PARTS[part]: moment}


def _of_length(part: str, milliseconds: Bson) -> Bson:
    match part:
        case "epoch":
            return _thousandths(milliseconds)
        case "second":
            return _thousandths({"$mod": (milliseconds, _WITHIN[part])})
        case "minute" | "hour":
            return {"$trunc": {"$divide": ({"$mod": (milliseconds, _WITHIN[part])}, _LENGTHS[part])}}
        case "day":
            return {"$trunc": {"$divide": (milliseconds, DAY)}}
        case _:
            raise Inexpressible(f"a stored length of time has no {part}")


def _thousandths(whole: Bson) -> Bson:
    return {"$divide": ({"$toDecimal": whole}, DecimalNumber(1000))}


def age(_arguments: tuple[Operand, ...]) -> Bson:
    """Refuse `age()`: it counts calendar months and days, a stored length of time has none."""
    raise Inexpressible("age() counts calendar months", instead="subtract the moments, or write `mongo:` for it")


def time_zone(arguments: tuple[Operand, ...]) -> Bson:
    """Return `timezone(zone, moment)`: what clocks in a zone show, as a moment."""
    zone, moment = (argument.expression for argument in arguments)
    shown = {"$dateToString": {"date": moment, "format": _WALL_CLOCK, "timezone": zone}}
    return {"$dateFromString": {"dateString": shown}}
