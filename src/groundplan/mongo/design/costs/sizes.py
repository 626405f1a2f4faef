"""How many bytes values and documents take in BSON, as far as a plan tells (bsonspec.org, version 1.1).

Text without a typical size is taken as half its maximum, and as 32 bytes where that is longer or not said.
"""

from __future__ import annotations

from collections.abc import Iterable

from groundplan.logical.model import Relation, RelationAttribute
from groundplan.logical.shares import null_share
from groundplan.mongo.representation import LOWER, UPPER
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Date,
    Decimal,
    Enum,
    Float,
    Integer,
    Interval,
    Json,
    ListOf,
    Money,
    Point,
    Polygon,
    Range,
    Text,
    Time,
    Timestamp,
    Uuid,
    Vector,
)

TYPICAL_TEXT = 32
TYPICAL_JSON = 200
TYPICAL_ELEMENTS = 4

DOCUMENT_FRAME = 5
"""The length before a document's fields and the byte after them."""

ELEMENT_NAME = 3
"""The name of an array element: its position, in digits."""

VERSION_FIELD = 20
"""`schema_version` with its number."""

COUNT_FIELD = 20
"""A count, with a name of usual length."""

_INT_ROOM = 2**31
_STRING_FRAME, _BINARY_FRAME = 5, 5
_GEOJSON_FRAME = 37
_COORDINATE = 11


def field_bytes(attribute: RelationAttribute, *, is_large: bool = False) -> float:
    """Return what an attribute takes in a document on average, its name included; a NULL takes nothing."""
    there = 1.0 if is_large else 1.0 - null_share(attribute)
    return there * (2 + len(attribute.name.encode()) + value_bytes(attribute.type, is_large=is_large))


def row_bytes(relation: Relation, *, without: Iterable[str] = (), is_large: bool = False) -> float:
    """Return what a row takes as a document of its own, or inside another, which leaves some attributes out.

    `is_large` asks for a large row: every attribute there, texts half as long as they may be.
    """
    left_out = frozenset(without)
    fields = (
        field_bytes(attribute, is_large=is_large) for attribute in relation.attributes if attribute.name not in left_out
    )
    return DOCUMENT_FRAME + sum(fields)


def value_bytes(type: AttributeType, *, is_large: bool = False) -> float:  # noqa: A002 - the word of the plan
    """Return the bytes of a value, without type and name."""
    match type:
        case Text():
            return _STRING_FRAME + _text_bytes(type, is_large=is_large)
        case Json(typical_bytes=size):
            return (size or TYPICAL_JSON) * (2 if is_large else 1)
        case Bytes(typical_bytes=size, maximum=maximum):
            usual = size or min(TYPICAL_TEXT, maximum or TYPICAL_TEXT)
            return _BINARY_FRAME + (max(usual, (maximum or 0) / 2) if is_large else usual)
        case Enum(values=values):
            return _STRING_FRAME + sum(len(value.name.encode()) for value in values) / max(1, len(values))
        case Uuid():
            return _BINARY_FRAME + 16
        case Integer(maximum=maximum):
            return 4 if maximum is None or maximum < _INT_ROOM else 8
        case Decimal() | Money():
            return 16
        case Boolean():
            return 1
        case Float() | Timestamp() | Date() | Interval():
            return 8
        case Time():
            return _STRING_FRAME + len("HH:MM:SS.mmm")
        case Point():
            return _GEOJSON_FRAME + 2 * _COORDINATE
        case Polygon():
            return _GEOJSON_FRAME + 7 * (DOCUMENT_FRAME + 2 * _COORDINATE)
        case Vector(dimensions=dimensions):
            return DOCUMENT_FRAME + dimensions * (8 + ELEMENT_NAME)
        case Range(of=of):
            return DOCUMENT_FRAME + len(LOWER) + len(UPPER) + 4 + 2 * value_bytes(of)
        case ListOf(of=of, maximum=maximum):
            count = min(TYPICAL_ELEMENTS, maximum or TYPICAL_ELEMENTS)
            if is_large:
                count = maximum or 10 * TYPICAL_ELEMENTS
            return DOCUMENT_FRAME + count * (ELEMENT_NAME + value_bytes(of, is_large=is_large))
        case _:
            return _STRING_FRAME + TYPICAL_TEXT


def _text_bytes(text: Text, *, is_large: bool) -> float:
    usual = float(TYPICAL_TEXT)
    if text.typical_bytes is not None:
        usual = text.typical_bytes
    elif text.maximum is not None:
        usual = min(((text.minimum or 0) + text.maximum) / 2, max(TYPICAL_TEXT, text.minimum or 0))
    if not is_large:
        return usual
    return max(2 * usual, text.maximum / 2) if text.maximum is not None else 2 * usual
