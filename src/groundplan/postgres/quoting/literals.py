"""Constants as SQL text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal as DecimalNumber
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
from groundplan.postgres.quoting.identifiers import refuse_unstorable
from groundplan.postgres.quoting.types import cast_type

LiteralValue = str | int | DecimalNumber | bool | None


def quote_text(text: str) -> str:
    r"""Quote text as a string constant that reads back as exactly that text.

    A backslash makes it an escape string (`E'C:\\temp'`), which means the same under either setting of
    standard_conforming_strings (manual 4.1.2.2). Raises ValueError for text that PostgreSQL cannot store.
    """
    refuse_unstorable(text, "text")
    doubled = text.replace("'", "''")
    if "\\" in doubled:
        return "E'" + doubled.replace("\\", "\\\\") + "'"
    return f"'{doubled}'"


def literal(value: LiteralValue, type: AttributeType | None = None) -> str:  # noqa: A002 - the word of the plan
    """Return a constant of the plan as SQL.

    Text stands bare, so that it takes the type of what it is compared with (an enum's word fits a native enum and a
    text column alike); text that stands for another type is cast to it.
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case DecimalNumber():
            return _number(value)
        case str():
            return _text_of(value, type)
        case _:
            assert_never(value)


def _number(value: DecimalNumber) -> str:
    if not value.is_finite():
        return f"'{value}'::numeric"
    return format(value, "f")


def _text_of(value: str, type: AttributeType | None) -> str:  # noqa: A002
    match type:
        case None | Text() | Email() | Url() | Slug() | Enum():
            return quote_text(value)
        case ListOf():
            return f"{quote_text(_array_text(value))}::{cast_type(type)}"
        case (
            Uuid() | Integer() | Float() | Decimal() | Money() | Boolean() | Date() | Time() | Timestamp() | Interval()
            | Json() | Bytes() | Point() | Polygon() | Ip() | Vector() | Range()
        ):  # fmt: skip
            return f"{quote_text(value)}::{cast_type(type)}"
        case _:
            assert_never(type)


def array_constant(items: Iterable[str | None]) -> str:
    """Return elements as PostgreSQL reads an array, not yet quoted as text (manual 8.15.6)."""
    return "{" + ",".join(_array_item(item) for item in items) + "}"


def _array_text(value: str) -> str:
    """Return the array that a list means; a JSON list becomes PostgreSQL's braces."""
    if not value.lstrip().startswith("["):
        return value
    items: list[object] = json.loads(value, parse_float=str, parse_int=str)
    return "{" + ",".join(_array_item(item) for item in items) + "}"


def _array_item(item: object) -> str:
    if item is None:
        return "NULL"
    if isinstance(item, bool):
        return "true" if item else "false"
    escaped = str(item).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
