"""Constants as values of a type: what a text or number beside an attribute means, and whether that can hold it."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal as DecimalNumber
from typing import assert_never
from uuid import UUID

from groundplan.base.names import composed
from groundplan.plan.expressions import Literal
from groundplan.plan.resolve.intervals import interval_text
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

INTEGER_LIMIT = 2**31 - 1
BIGINT_LIMIT = 2**63 - 1
MONEY = Decimal(precision=19, scale=4)

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_URL = re.compile(r"https?://[^\s/]+\S*", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"\\x(?:[0-9a-fA-F]{2})*")


class NotOfType(Exception):
    """A constant that is no value of a type; the message says why, as in "is not ..."."""


def text_constant(text: str, of: AttributeType) -> Literal:
    """Return the value that a text means as a value of a type. Raises NotOfType."""
    match of:
        case Enum():
            return Literal(composed(text), of)
        case Text() | Email() | Url() | Slug():
            return Literal(text, of)
        case Uuid():
            return Literal(_read(text, UUID, "a UUID"), of)
        case Date():
            return Literal(_read(text, date.fromisoformat, "a date such as 2030-01-31"), of)
        case Time():
            return Literal(_read(text, time.fromisoformat, "a time of day such as 13:45"), of)
        case Timestamp():
            return Literal(_read(text, datetime.fromisoformat, "a timestamp such as 2030-01-31 13:45:00+00"), of)
        case Ip():
            _read(text, ipaddress.ip_interface, "an IP address")
            return Literal(text.strip(), of)
        case Interval():
            length = interval_text(text)
            if length is None:
                raise NotOfType("is not a length of time such as 30 days")
            return Literal(length, of)
        case Json():
            return Literal(_compact(text), of)
        case Bytes():
            if _HEXADECIMAL.fullmatch(text) is None:
                raise NotOfType(r"is not bytes in hexadecimal such as \x1f8b")
            return Literal(text.lower(), of)
        case ListOf():
            return list_constant(text, of)
        case Point():
            raise NotOfType("is a text; write point(longitude, latitude)")
        case Range():
            raise NotOfType("is a text; write a range by its function, such as daterange('2030-01-01', '2030-02-01')")
        case Polygon() | Vector():
            raise NotOfType("is a text; only a parameter can give such a value")
        case Integer() | Float() | Decimal() | Money() | Boolean():
            raise NotOfType("is a text; write the value without quotes")
        case _:
            assert_never(of)


def _read(text: str, parse: Callable[[str], object], noun: str) -> str:
    try:
        return str(parse(text.strip()))
    except ValueError:
        raise NotOfType(f"is not {noun}") from None


def _compact(text: str) -> str:
    return json.dumps(_decoded(text), ensure_ascii=False, separators=(",", ":"))


def _decoded(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise NotOfType("is not JSON") from None


def _refuse_constant(word: str) -> object:
    raise ValueError(word)


def list_constant(text: str, of: ListOf) -> Literal:
    """Return the list that a JSON text means, each element a value of the element type. Raises NotOfType."""
    items = _decoded(text)
    if not isinstance(items, list):
        raise NotOfType("is not a list such as [1, 2]")
    for item in items:
        try:
            problem = outside(_element(item, of.of), of.of)
        except NotOfType as refusal:
            problem = str(refusal)
        if problem:
            raise NotOfType(f"holds {json.dumps(item, ensure_ascii=False)}, which {problem}")
    return Literal(json.dumps(items, ensure_ascii=False, separators=(",", ":")), of)


def _element(item: object, of: AttributeType) -> Literal:
    match item:
        case bool() if isinstance(of, Boolean):
            return Literal(item, of)
        case int() | float() if isinstance(of, Integer | Float | Decimal | Money) and not isinstance(item, bool):
            return number_constant(str(item), of)
        case str():
            return text_constant(item, of)
        case _:
            raise NotOfType("is of another type")


def number_constant(text: str, of: AttributeType | None) -> Literal:
    """Return the value of digits with an optional sign; its type is `of` where that is a number. Raises NotOfType."""
    number = DecimalNumber(text)
    value: int | DecimalNumber = number
    if number == number.to_integral_value() and abs(number.adjusted()) <= 40 and re.fullmatch(r"[+-]?[0-9]+", text):
        value = int(number)
    match of:
        case Integer() if isinstance(value, DecimalNumber):
            return Literal(value)
        case None | Integer() | Float() | Decimal() | Money():
            return Literal(value, of)
        case Enum() if any(known.name == text for known in of.values):
            return Literal(text, of)
        case _:
            raise NotOfType("is a number")


def outside(literal: Literal, of: AttributeType) -> str | None:
    """Say why an attribute of a type can never hold a constant; None where it can."""
    value = literal.value
    match of, value:
        case _, None:
            return None
        case Enum(), str():
            return None if any(known.name == value for known in of.values) else "is none of its values"
        case Text(), str():
            return _outside_length(len(value), of)
        case Email(), str():
            return None if _EMAIL.fullmatch(value) else "is not an e-mail address"
        case Slug(), str():
            return None if _SLUG.fullmatch(value) else "is not of lower-case letters, digits and single hyphens"
        case Url(), str():
            return None if _URL.fullmatch(value) else "is not an address that begins with http:// or https://"
        case ((Integer() | Float() | Decimal() | Money()), (int() | DecimalNumber())) if not isinstance(value, bool):
            return _outside_numbers(DecimalNumber(value), of)
        case _:
            return None


def _outside_length(length: int, of: Text) -> str | None:
    if of.maximum is not None and length > of.maximum:
        return f"has {length} characters, more than {of.maximum}"
    if of.minimum is not None and length < of.minimum:
        return f"has {length} characters, fewer than {of.minimum}"
    return None


def _outside_numbers(value: DecimalNumber, of: Integer | Float | Decimal | Money) -> str | None:
    minimum, maximum = _bounds(of)
    if maximum is not None and value > maximum:
        return f"is more than {maximum}"
    if minimum is not None and value < minimum:
        return f"is less than {minimum}"
    match of:
        case Integer():
            return None if value == value.to_integral_value() else "is not a whole number"
        case Float():
            return None
        case Decimal() | Money():
            digits = MONEY if isinstance(of, Money) else of
            if value and value.adjusted() >= digits.precision - digits.scale:
                return f"has more than {digits.precision - digits.scale} digits before the point"
            exponent = value.normalize().as_tuple().exponent
            if isinstance(exponent, int) and -exponent > digits.scale:
                return f"has more than {digits.scale} digits after the point"
            return None
        case _:
            assert_never(of)


def _bounds(of: Integer | Float | Decimal | Money) -> tuple[DecimalNumber | int | None, DecimalNumber | int | None]:
    match of:
        case Money():
            return None, None
        case Integer():
            is_bounded = of.minimum is not None or of.maximum is not None
            limit = BIGINT_LIMIT if is_bounded else INTEGER_LIMIT
            return (-limit if of.minimum is None else of.minimum), (limit if of.maximum is None else of.maximum)
        case _:
            return of.minimum, of.maximum
