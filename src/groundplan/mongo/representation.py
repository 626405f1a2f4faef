"""How attributes look in BSON: one table for the validator, the rows that are loaded, and the answers read back.

| type                                   | BSON                                                                        |
|----------------------------------------|-----------------------------------------------------------------------------|
| text, url, slug, enum, ip              | string                                                                      |
| email                                  | string in lower case: equality and uniqueness without case follow           |
| uuid                                   | binData of subtype 4                                                        |
| int                                    | int, or long where 32 bits are too few                                      |
| float                                  | double; as drivers write whole ones, int or long                            |
| decimal, money                         | decimal: 34 digits (Decimal128)                                             |
| bool                                   | bool                                                                        |
| timestamp                              | date: milliseconds, UTC                                                     |
| date                                   | date: midnight, UTC                                                         |
| time                                   | string `HH:MM:SS.mmm`, which sorts as times do                              |
| interval                               | long: milliseconds; as drivers write short ones, int                        |
| json                                   | whatever the value is                                                       |
| bytes                                  | binData of subtype 0                                                        |
| point                                  | object: a GeoJSON Point, longitude first                                    |
| polygon                                | object: a GeoJSON Polygon whose ring is closed                              |
| vector                                 | array of double                                                             |
| range                                  | object `{lower, upper}`, upper excluded; a bound that is not there is open  |
| list                                   | array                                                                       |

NULL is a field that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal as DecimalNumber
from typing import TypeVar, assert_never

from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Date,
    Decimal,
    Email,
    Enum,
    Float,
    Integer,
    Interval,
    Ip,
    Json,
    ListOf,
    Money,
    Point,
    Polygon,
    Range,
    Slug,
    Text,
    Time,
    Timestamp,
    Url,
    Uuid,
    Vector,
)

DECIMAL_DIGITS = 34
"""What a Decimal128 holds (IEEE 754-2008, decimal128)."""

LONG_MINIMUM, LONG_MAXIMUM = -(2**63), 2**63 - 1

LOWER, UPPER = "lower", "upper"
"""The fields of a range."""

_MILLISECOND = timedelta(milliseconds=1)


def bson_types(type: AttributeType) -> tuple[str, ...]:  # noqa: A002 - the word of the plan
    """Return the `bsonType`s that hold values of a type; none for JSON, which may be anything."""
    match type:
        case Text() | Email() | Url() | Slug() | Enum() | Ip() | Time():
            return ("string",)
        case Uuid() | Bytes():
            return ("binData",)
        case Integer():
            return ("int", "long")
        case Float():
            return ("double", "int", "long")
        case Decimal() | Money():
            return ("decimal",)
        case Boolean():
            return ("bool",)
        case Timestamp() | Date():
            return ("date",)
        case Interval():
            return ("long", "int")
        case Json():
            return ()
        case Point() | Polygon() | Range():
            return ("object",)
        case Vector() | ListOf():
            return ("array",)
        case _:
            assert_never(type)


Conversion = Callable[[object], object]


def encode(value: object, type: AttributeType) -> object:  # noqa: A002 - the word of the plan
    """Return a logical value as pymongo takes it; None stays None, for the caller to leave the field out.

    Raises TypeError for a value that is not of the type.
    """
    return None if value is None else encoder(type)(value)


def encoder(type: AttributeType) -> Conversion:  # noqa: A002 - the word of the plan
    """Return the function that encodes values of a type, none of them None: for whole columns."""
    from bson.decimal128 import Decimal128
    from bson.int64 import Int64

    match type:
        case Email():
            return lambda value: _is(value, str).lower()
        case Float():
            return _float
        case Decimal() | Money():
            return lambda value: Decimal128(_decimal(value))
        case Date():
            return lambda value: _midnight(_is(value, date))
        case Timestamp():
            return lambda value: _in_utc(_is(value, datetime))
        case Time():
            return lambda value: _is(value, time).isoformat(timespec="milliseconds")
        case Interval():
            return lambda value: Int64(_is(value, timedelta) // _MILLISECOND)
        case Json():
            return _json
        case Point():
            return lambda value: {"type": "Point", "coordinates": _pair(value)}
        case Polygon():
            return lambda value: {"type": "Polygon", "coordinates": [_ring(value)]}
        case Vector():
            return lambda value: [_float(number) for number in _items(value)]
        case Range(of=of):
            return _range_encoder(encoder(of))
        case ListOf(of=of):
            element = encoder(of)
            return lambda value: [element(found) for found in _items(value)]
        case Text() | Url() | Slug() | Enum() | Ip() | Uuid() | Integer() | Boolean() | Bytes():
            return lambda value: value
        case _:
            assert_never(type)


def decode(value: object, type: AttributeType) -> object:  # noqa: A002 - the word of the plan
    """Return the logical value of what pymongo read; None for a field that is not there.

    Raises TypeError for a value that the type cannot have been encoded to.
    """
    return None if value is None else decoder(type)(value)


def decoder(type: AttributeType) -> Conversion:  # noqa: A002 - the word of the plan
    """Return the function that decodes values of a type, none of them None: for whole results."""
    from bson.decimal128 import Decimal128

    match type:
        case Float():
            return _float
        case Integer():
            return lambda value: int(_is(value, int))  # an Int64 is a subclass of int
        case Decimal() | Money():
            return lambda value: _is(value, Decimal128).to_decimal()
        case Date():
            return lambda value: _in_utc(_is(value, datetime)).date()
        case Timestamp():
            return lambda value: _in_utc(_is(value, datetime))
        case Time():
            return lambda value: time.fromisoformat(_is(value, str))
        case Interval():
            return lambda value: _is(value, int) * _MILLISECOND
        case Json():
            return _from_json
        case Point():
            return lambda value: tuple(_items(_is(value, dict)["coordinates"]))
        case Polygon():
            return lambda value: tuple(tuple(corner) for corner in _is(value, dict)["coordinates"][0][:-1])
        case Vector():
            return lambda value: tuple(_items(value))
        case Range(of=of):
            return _range_decoder(decoder(of))
        case ListOf(of=of):
            element = decoder(of)
            return lambda value: tuple(element(found) for found in _items(value))
        case Text() | Email() | Url() | Slug() | Enum() | Ip() | Uuid() | Boolean() | Bytes():
            return lambda value: value
        case _:
            assert_never(type)


def _json(value: object) -> object:
    match value:
        case Mapping():
            return {str(key): _json(inner) for key, inner in value.items()}
        case tuple() | list():
            return [_json(inner) for inner in value]
        case DecimalNumber():
            return int(value) if value == value.to_integral_value() else float(value)
        case int() if not LONG_MINIMUM <= value <= LONG_MAXIMUM:
            return float(value)
        case _:
            return value


def _from_json(value: object) -> object:
    match value:
        case Mapping():
            return {str(key): _from_json(inner) for key, inner in value.items()}
        case list():
            return tuple(_from_json(inner) for inner in value)
        case int() if not isinstance(value, bool):
            return int(value)  # not an Int64
        case _:
            return value


def _ring(value: object) -> list[list[float]]:
    corners = [_pair(corner) for corner in _items(value)]
    return corners if corners[0] == corners[-1] else [*corners, corners[0]]  # RFC 7946, 3.1.6


def _pair(value: object) -> list[float]:
    longitude, latitude = _items(value)
    return [_float(longitude), _float(latitude)]


def _range_encoder(bound: Conversion) -> Conversion:
    def encoded(value: object) -> object:
        lower, upper = _items(value)
        bounds = {LOWER: lower, UPPER: upper}
        return {name: bound(found) for name, found in bounds.items() if found is not None}

    return encoded


def _range_decoder(bound: Conversion) -> Conversion:
    def decoded(value: object) -> object:
        found = _is(value, dict)
        return tuple(None if found.get(name) is None else bound(found[name]) for name in (LOWER, UPPER))

    return decoded


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _in_utc(moment: datetime) -> datetime:
    """Return a moment in UTC; one without a zone is in UTC already, as drivers read it unless told otherwise."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _float(value: object) -> float:
    match value:
        case int() | float() | DecimalNumber():
            return float(value)
        case _:
            raise TypeError(f"{value!r} is no number")


def _decimal(value: object) -> DecimalNumber:
    match value:
        case int() | DecimalNumber():
            return DecimalNumber(value)
        case _:
            raise TypeError(f"{value!r} is no exact number")


def _items(value: object) -> Sequence[object]:
    match value:
        case tuple() | list():
            return value
        case _:
            raise TypeError(f"{value!r} is no sequence")


Kind = TypeVar("Kind")


def _is(value: object, kind: type[Kind]) -> Kind:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
