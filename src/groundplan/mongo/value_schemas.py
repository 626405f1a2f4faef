"""What `$jsonSchema` says of one value: the BSON types that hold a type of the plan, and its bounds, form and words."""

from __future__ import annotations

from decimal import Decimal as DecimalNumber
from typing import assert_never

from groundplan.mongo.queries.model import Bson
from groundplan.mongo.representation import DECIMAL_DIGITS, LOWER, UPPER, bson_types
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

Schema = dict[str, Bson]

EMAIL_FORM = r"^[^@\s\p{Lu}]+@[^@\s\p{Lu}]+\.[^@\s.\p{Lu}]+\z"
r"""Something, one @, something with a dot in it, no capitals; `\z` is the very end, `$` would let a line end pass."""

URL_FORM = r"^(?i:https?)://[^\s/?#]+\S*\z"
SLUG_FORM = r"^[a-z0-9]+(-[a-z0-9]+)*\z"
TIME_FORM = r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}\z"

_BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_VERSION_4 = rf"({_BYTE}\.){{3}}{_BYTE}"
_PART = "[0-9A-Fa-f]{0,4}"
_VERSION_6 = (
    r"(?!:[^:])(?!.*::.*::)(?!.*:::)(?!.*[^:]:(/|\z))"
    rf"((?=.*::|([^:]+:){{7}}[^:]+\z)({_PART}:){{2,7}}{_PART}"
    rf"|(?=.*::|([^:]+:){{6}}[^:]+\z)({_PART}:){{2,6}}{_VERSION_4})"
)
IP_FORM = rf"^({_VERSION_4}(/(3[0-2]|[12]?[0-9]))?|{_VERSION_6}(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)\z"
"""An address or a network: of version 4, or of version 6 with eight parts, a gap in it, or version 4 at its end."""

MONEY = Decimal(precision=19, scale=4)


def value_schema(type: AttributeType) -> Schema:  # noqa: A002 - the word of the plan
    """Return what every value of a type satisfies, as far as `$jsonSchema` can say it."""
    kinds = bson_types(type)
    held: Schema = {} if not kinds else {"bsonType": kinds[0] if len(kinds) == 1 else kinds}
    return {**held, **_rules(type)}


def _rules(type: AttributeType) -> Schema:  # noqa: A002
    match type:
        case Text():
            return _bounds(minLength=type.minimum, maxLength=type.maximum)
        case Email():
            return {"pattern": EMAIL_FORM}
        case Url():
            return {"pattern": URL_FORM}
        case Slug():
            return {"pattern": SLUG_FORM}
        case Time():
            return {"pattern": TIME_FORM}
        case Ip():
            return {"pattern": IP_FORM}
        case Enum():
            return {"enum": tuple(value.name for value in type.values)}
        case Integer() | Float() | Decimal() | Money():
            return _number(type)
        case Point() | Polygon():
            return _place(type)
        case Vector():
            return {"minItems": type.dimensions, "maxItems": type.dimensions, "items": value_schema(Float())}
        case Range():
            return _range(type)
        case ListOf():
            return {**_bounds(maxItems=type.maximum), "items": value_schema(type.of)}
        case Uuid() | Boolean() | Date() | Timestamp() | Interval() | Json() | Bytes():
            return {}
        case _:
            assert_never(type)


def _bounds(**bounds: int | float | DecimalNumber | None) -> Schema:
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _number(type: Integer | Float | Decimal | Money) -> Schema:  # noqa: A002
    match type:
        case Integer():
            return _bounds(minimum=type.minimum, maximum=type.maximum)
        case Float():
            return _bounds(
                minimum=None if type.minimum is None else float(type.minimum),
                maximum=None if type.maximum is None else float(type.maximum),
            )
        case Money():
            return _number(MONEY)
        case Decimal():
            if type.precision > DECIMAL_DIGITS:
                return _bounds(minimum=type.minimum, maximum=type.maximum)
            step = DecimalNumber((0, (1,), -type.scale))
            most = DecimalNumber((0, (9,) * type.precision, -type.scale))
            return _bounds(
                minimum=most.copy_negate() if type.minimum is None else type.minimum,
                maximum=most if type.maximum is None else type.maximum,
                multipleOf=step,
            )
        case _:
            assert_never(type)


_POSITION: Schema = {
    "bsonType": "array",
    "minItems": 2,
    "maxItems": 2,
    "items": (
        {"bsonType": "number", "minimum": -180, "maximum": 180},
        {"bsonType": "number", "minimum": -90, "maximum": 90},
    ),
}
"""Longitude and latitude (RFC 7946, 3.1.1)."""


def _place(type: Point | Polygon) -> Schema:  # noqa: A002
    ring: Schema = {"bsonType": "array", "minItems": 4, "items": _POSITION}
    is_point = isinstance(type, Point)
    return {
        "required": ("type", "coordinates"),
        "properties": {
            "type": {"enum": ("Point" if is_point else "Polygon",)},
            "coordinates": _POSITION if is_point else {"bsonType": "array", "minItems": 1, "items": ring},
        },
        "additionalProperties": False,
    }


def _range(type: Range) -> Schema:  # noqa: A002
    bound = value_schema(type.of)
    return {"properties": {LOWER: bound, UPPER: bound}, "additionalProperties": False}


def beyond_schema(type: AttributeType, *, value: str) -> Bson | None:  # noqa: A002
    """Return the test for what `$jsonSchema` cannot say of a value; None where it says all.

    `value` is the expression for it (`"$during"`). The test passes where there is none.
    """
    match type:
        case Bytes(maximum=int() as most):
            return {"$or": ({"$lte": (value, None)}, {"$lte": ({"$binarySize": value}, most)})}
        case Date():
            midnight: Bson = {"$dateTrunc": {"date": value, "unit": "day"}}
            return {"$or": ({"$lte": (value, None)}, {"$eq": (value, midnight)})}
        case Range():
            lower, upper = f"{value}.{LOWER}", f"{value}.{UPPER}"
            return {"$or": ({"$lte": (upper, None)}, {"$lte": (lower, upper)})}
        case _:
            return None
