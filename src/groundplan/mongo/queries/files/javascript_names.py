"""Names and types in JavaScript query files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
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

_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_KEYWORDS = (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends "
    "false finally for function if implements import in instanceof interface let new null package private protected "
    "public return static super switch this throw true try typeof var void while with yield async of undefined NaN "
    "Infinity db sh rs use show load print printjson require Date Object Array Map EJSON UUID Buffer"
)
_LOCAL = "database session within own now row rows made one target pointing done count result page after"
RESERVED = frozenset((*_KEYWORDS.split(), *_LOCAL.split()))
"""Names that mean something else in a function, or in mongosh."""


def identifier(name: str, *, taken: Iterable[str] = ()) -> str:
    """Return a name that can be a variable, and that is not taken."""
    found = name if _WORD.fullmatch(name) else _folded(name)
    while found in RESERVED or found in set(taken):
        found += "_"
    return found


def _folded(name: str) -> str:
    word = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
    return word if _WORD.fullmatch(word) else f"query_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def type_words(of: AttributeType | None) -> str:
    """Say how callers give a value of an attribute, as the shell holds it."""
    match of:
        case Text() | Email() | Url() | Slug() | Enum() | Ip():
            return "string"
        case Uuid():
            return "UUID"
        case Integer():
            return "number, Long beyond 32 bits"
        case Float():
            return "Double"
        case Decimal() | Money():
            return "Decimal128"
        case Boolean():
            return "boolean"
        case Date():
            return "Date at midnight in UTC"
        case Timestamp():
            return "Date"
        case Time():
            return "string HH:MM:SS.mmm"
        case Interval():
            return "Long of milliseconds"
        case Bytes():
            return "BinData"
        case Json() | None:
            return "any value"
        case Point():
            return "GeoJSON Point, longitude first"
        case Polygon():
            return "GeoJSON Polygon"
        case Range():
            return "{ lower, upper }, upper excluded"
        case Vector():
            return "array of Double"
        case ListOf():
            return f"array of {type_words(of.of)}"
        case _:
            assert_never(of)
