"""One spelling for values that both engines mean alike.

Moments count in milliseconds, numbers by ten significant digits whichever their type, text as it is. An empty list and
no list are one, as are JSON and documents with the same members.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Context, Decimal
from functools import cache
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from typing import TypeAlias
from uuid import UUID

from groundplan.mongo.representation import decoder
from groundplan.plan.types import AttributeType, Email, Json, ListOf, Point, Polygon, Vector

Canonical: TypeAlias = "str | int | tuple[Canonical, ...] | None"
"""A value that can be compared, sorted among its like, and counted."""

_DIGITS = Context(prec=10)
_MILLISECOND = timedelta(milliseconds=1)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def from_postgres(value: object, of: AttributeType | None) -> Canonical:
    """Return the spelling of a value that psycopg read, by its type where that is known."""
    if isinstance(value, str) and isinstance(of, Point | Polygon | Vector):
        return _numbers(value, of)
    if isinstance(value, str) and isinstance(of, Email):
        return canonical(value.lower())
    return canonical(value)


def from_mongo(value: object, of: AttributeType | None, *, is_list: bool = False) -> Canonical:
    """Return the spelling of a value that pymongo read, by its type where that is known."""
    if of is None:
        return canonical(_plain(value))
    if is_list and isinstance(value, list) and not isinstance(of, ListOf):
        return tuple(from_mongo(item, of) for item in value) or None
    if isinstance(of, Json):
        return canonical(_plain(value))
    if value is None:
        return None
    try:
        return canonical(_decoder(of)(value))
    except (TypeError, ValueError, KeyError):
        return canonical(_plain(value))  # an aggregate's may be a number of another type


_decoder = cache(decoder)


def canonical(value: object) -> Canonical:
    """Return the spelling of a value of Python."""
    match value:
        case None | () | []:
            return None
        case bool():
            return f"bool {value}"
        case int() | float() | Decimal():
            return _number(value)
        case str():
            return f"text {value}"
        case UUID():
            return f"uuid {value}"
        case datetime():
            moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
            return f"moment {(moment - datetime(1970, 1, 1, tzinfo=UTC)) // _MILLISECOND}"
        case date():
            return canonical(datetime(value.year, value.month, value.day, tzinfo=UTC))
        case time():
            return f"text {value.isoformat(timespec='milliseconds')}"
        case timedelta():
            return _number(value // _MILLISECOND)
        case bytes() | bytearray() | memoryview():
            return f"bytes {bytes(value).hex()}"
        case IPv4Address() | IPv4Interface() | IPv4Network() | IPv6Address() | IPv6Interface() | IPv6Network():
            return f"text {_address(value)}"
        case Mapping():
            members = ((str(name), canonical(inner)) for name, inner in value.items())
            return tuple(sorted(("member", name, inner) for name, inner in members if inner is not None)) or None
        case list() | tuple():
            return tuple(canonical(item) for item in value)
        case _:
            return _range(value)


def _number(value: float | Decimal) -> Canonical:
    exact = value if isinstance(value, Decimal) else Decimal(value)
    if not exact.is_finite():
        return f"number {exact}"
    rounded = _DIGITS.create_decimal(exact).normalize()
    return f"number {rounded if rounded else 0}"


def _address(value: object) -> str:
    """Return an address without the mask that says no more than the address."""
    text = str(value)
    return text.removesuffix("/32") if "." in text else text.removesuffix("/128")


def _range(value: object) -> Canonical:
    """Return the bounds of a range of psycopg's. Raises TypeError for a value of no known type."""
    lower, upper = getattr(value, "lower", value), getattr(value, "upper", value)
    if lower is value or upper is value:
        raise TypeError(f"{value!r} has no spelling")
    return (canonical(lower), canonical(upper))


def _numbers(text: str, of: Point | Polygon | Vector) -> Canonical:
    found = tuple(canonical(float(number)) for number in _NUMBER.findall(text))
    if isinstance(of, Polygon):
        return tuple(zip(found[::2], found[1::2], strict=True))
    return found


def _plain(value: object) -> object:
    """Return what BSON holds as Python's own types: decimals, and documents inside."""
    from bson.decimal128 import Decimal128

    match value:
        case Decimal128():
            return value.to_decimal()
        case Mapping():
            if value.keys() == {"type", "coordinates"} and value["type"] == "Point":
                return tuple(value["coordinates"])
            return {name: _plain(inner) for name, inner in value.items()}
        case list():
            return [_plain(item) for item in value]
        case _:
            return value
