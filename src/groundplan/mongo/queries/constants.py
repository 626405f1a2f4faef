"""The plan's constants as BSON values."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal as DecimalNumber
from uuid import UUID

from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.spans import span_of
from groundplan.plan.expressions import Literal
from groundplan.plan.types import (
    AttributeType,
    Bytes,
    Date,
    Decimal,
    Email,
    Float,
    Integer,
    Interval,
    Json,
    ListOf,
    Money,
    Time,
    Timestamp,
    Uuid,
)


def constant_value(literal: Literal, of: AttributeType | None) -> Bson:
    """Return a constant as a value of a type: the one it stands beside, or its own."""
    value, of = literal.value, of or literal.type
    match value, of:
        case (None, _) | (bool(), _):
            return value
        case ((int() | DecimalNumber()), Float()):
            return float(value)
        case ((int() | DecimalNumber()), (Decimal() | Money())):
            return DecimalNumber(value)
        case ((int() | DecimalNumber()), _):
            return value
        case str(), _:
            return _read(value, of)


def _read(text: str, of: AttributeType | None) -> Bson:
    match of:
        case Email():
            return text.lower()
        case Uuid():
            return UUID(text)
        case Integer():
            return int(text)
        case Float():
            return float(text)
        case Decimal() | Money():
            return DecimalNumber(text)
        case Date():
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        case Timestamp():
            return _in_utc(datetime.fromisoformat(text))
        case Time():
            return time.fromisoformat(text).isoformat(timespec="milliseconds")
        case Interval():
            return span_of(text).length
        case Json():
            return frozen(json.loads(text))
        case Bytes():
            return bytes.fromhex(text.removeprefix("\\x"))
        case ListOf():
            return tuple(_element(item, of.of) for item in json.loads(text))
        case _:
            return text


def _element(item: object, of: AttributeType) -> Bson:
    match item:
        case float():
            return constant_value(Literal(DecimalNumber(str(item))), of)
        case None | bool() | int() | str():
            return constant_value(Literal(item), of)
        case _:
            raise Inexpressible("a list inside a list is no value of the plan's")


def _in_utc(moment: datetime) -> datetime:
    found = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def frozen(value: object) -> Bson:
    """Return decoded JSON as a value of a command."""
    match value:
        case dict():
            return {str(key): frozen(inner) for key, inner in value.items()}
        case list():
            return tuple(frozen(inner) for inner in value)
        case None | bool() | int() | float() | str():
            return value
        case _:
            raise TypeError(f"{value!r} in JSON")
