"""Type names in SQL: checked spellings of columns, and what a value of the plan is cast to."""

from __future__ import annotations

import re
from collections.abc import Collection
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
from groundplan.postgres.quoting.identifiers import quote_identifier

_BUILT_IN_SPELLING = re.compile(
    r"[a-z][a-z0-9_]*( [a-z]+)*"  # double precision
    r"(\(\d+(,\d+)?\)( [a-z]+)*)?"  # numeric(19,4), timestamp(3) with time zone
    r"(\[\])*"
)


def type_sql(spelling: str, *, enums: Collection[str] = ()) -> str:
    """Return a column's type as SQL: the name of one of `enums` (or an array of it) quoted, any other as spelled.

    Raises ValueError where the spelling is neither an enum's name nor of the form that format_type prints.
    """
    element, brackets = (spelling[:-2], "[]") if spelling.endswith("[]") else (spelling, "")
    if element in enums:
        return quote_identifier(element) + brackets
    if _BUILT_IN_SPELLING.fullmatch(spelling) is None:
        raise ValueError(f"not the spelling of a PostgreSQL type: {spelling!r}")
    return spelling


def cast_type(type: AttributeType) -> str:  # noqa: A002 - the word of the plan
    """Return the PostgreSQL type that holds any value of a plan's type; bounds are left to checks."""
    match type:
        case Text() | Email() | Url() | Slug() | Enum():
            return "text"
        case Uuid():
            return "uuid"
        case Integer():
            return "integer" if _fits_four_bytes(type) else "bigint"
        case Float():
            return "double precision"
        case Decimal():
            return f"numeric({type.precision},{type.scale})"
        case Money():
            return "numeric(19,4)"
        case Boolean():
            return "boolean"
        case Date():
            return "date"
        case Time():
            return "time without time zone"
        case Timestamp():
            return "timestamp with time zone"
        case Interval():
            return "interval"
        case Json():
            return "jsonb"
        case Bytes():
            return "bytea"
        case Point():
            return "point"
        case Polygon():
            return "polygon"
        case Ip():
            return "inet"
        case Vector():
            return f"vector({type.dimensions})"
        case Range():
            return _range_type(type)
        case ListOf():
            return f"{cast_type(type.of)}[]"
        case _:
            assert_never(type)


def _fits_four_bytes(type: Integer) -> bool:  # noqa: A002
    lowest, highest = -(2**31), 2**31 - 1
    return all(lowest <= bound <= highest for bound in (type.minimum, type.maximum) if bound is not None)


def _range_type(type: Range) -> str:  # noqa: A002
    match type.of:
        case Integer():
            return "int8range"
        case Decimal():
            return "numrange"
        case Date():
            return "daterange"
        case Timestamp():
            return "tstzrange"
        case _:
            assert_never(type.of)
