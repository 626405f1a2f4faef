"""Names, types and values in Python query files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import assert_never

from groundplan.mongo.commands import python
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

RESERVED = ("database", "session", "now", "rows", "row", "after", "own", "within", "done", "present", "setting", "list")
"""Names that the functions use for something else."""


def identifier(name: str, *, taken: Iterable[str] = ()) -> str:
    """Return a name that Python takes for a variable, and that is not taken."""
    found = name if python.is_name(name) else _folded(name)
    while found in (*RESERVED, *taken):
        found += "_"
    return found


def _folded(name: str) -> str:
    word = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    if word and not word[0].isdigit() and not python.is_name(word):
        return f"{word}_"
    if word and not word[0].isdigit():
        return word
    return f"query_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def type_name(of: AttributeType | None) -> str:
    """Return the type that callers give a value of an attribute in."""
    match of:
        case Text() | Email() | Url() | Slug() | Enum() | Ip():
            return "str"
        case Uuid():
            return "UUID"
        case Integer():
            return "int"
        case Float():
            return "float"
        case Decimal() | Money():
            return "Decimal"
        case Boolean():
            return "bool"
        case Date():
            return "date"
        case Timestamp():
            return "datetime"
        case Time():
            return "dt_time"
        case Interval():
            return "timedelta"
        case Bytes():
            return "bytes"
        case Json() | None:
            return "Any"
        case Point() | Polygon() | Range():
            return "Document"
        case Vector():
            return "Sequence[float]"
        case ListOf():
            return f"Sequence[{type_name(of.of)}]"
        case _:
            assert_never(of)


def stored(text: str, of: AttributeType | None) -> str:
    """Return the expression for a value as it is stored."""
    match of:
        case Decimal() | Money():
            return f"Decimal128({text})"
        case Date():
            return f"midnight({text})"
        case Time():
            return f'{text}.isoformat(timespec="milliseconds")'
        case Interval():
            return f"Int64({text} // timedelta(milliseconds=1))"
        case Vector():
            return f"list({text})"
        case ListOf():
            element = stored("item", of.of)
            return f"list({text})" if element == "item" else f"[{element} for item in {text}]"
        case _:
            return text
