"""Kinds of types: which values stand beside which in a comparison."""

from __future__ import annotations

from enum import Enum as PythonEnum
from typing import assert_never

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


class Kind(PythonEnum):
    """Types whose values compare with each other; the value is the word for messages."""

    TEXT = "text"
    NUMBER = "number"
    FLOAT = "float"
    BOOLEAN = "bool"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    UUID = "uuid"
    JSON = "json"
    BYTES = "bytes"
    POINT = "point"
    POLYGON = "polygon"
    IP = "ip"
    VECTOR = "vector"
    RANGE = "range"
    LIST = "list"


NUMBERS = frozenset({Kind.NUMBER, Kind.FLOAT})
MOMENTS = frozenset({Kind.DATE, Kind.TIMESTAMP})
WITHOUT_EQUALITY = frozenset({Kind.POINT, Kind.POLYGON})
"""PostgreSQL has no `=` for these (manual 9.11); nearness is what they are for."""
WITHOUT_ORDER = WITHOUT_EQUALITY | {Kind.JSON, Kind.VECTOR}


def kind_of(of: AttributeType) -> Kind:
    """Return the kind of a type."""
    match of:
        case Text() | Email() | Url() | Slug() | Enum():
            return Kind.TEXT
        case Integer() | Decimal() | Money():
            return Kind.NUMBER
        case Float():
            return Kind.FLOAT
        case Boolean():
            return Kind.BOOLEAN
        case Date():
            return Kind.DATE
        case Time():
            return Kind.TIME
        case Timestamp():
            return Kind.TIMESTAMP
        case Interval():
            return Kind.INTERVAL
        case Uuid():
            return Kind.UUID
        case Json():
            return Kind.JSON
        case Bytes():
            return Kind.BYTES
        case Point():
            return Kind.POINT
        case Polygon():
            return Kind.POLYGON
        case Ip():
            return Kind.IP
        case Vector():
            return Kind.VECTOR
        case Range():
            return Kind.RANGE
        case ListOf():
            return Kind.LIST
        case _:
            assert_never(of)


def are_alike(left: AttributeType, right: AttributeType) -> bool:
    """Tell whether values of two types can be compared."""
    match left, right:
        case ListOf(), ListOf():
            return are_alike(left.of, right.of)
        case Range(), Range():
            return are_alike(left.of, right.of)
        case Vector(), Vector():
            return left.dimensions == right.dimensions
        case _:
            kinds = {kind_of(left), kind_of(right)}
            return len(kinds) == 1 or kinds <= NUMBERS or kinds <= MOMENTS


def type_word(of: AttributeType | None) -> str:
    """Return the plan's word for a type, without its bounds."""
    match of:
        case None:
            return "a value of unknown type"
        case ListOf():
            return f"list of {type_word(of.of)}"
        case Range():
            return f"range of {type_word(of.of)}"
        case Integer():
            return "int"
        case Boolean():
            return "bool"
        case _:
            return type(of).__name__.lower()
