r"""Values as cells of COPY's text format (manual, COPY, File Formats): tab between cells, \N for NULL.

A column is converted at once, by its type; values that many rows share are converted once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import assert_never
from uuid import UUID

from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Date,
    Decimal,
    ElementType,
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

NULL = r"\N"

_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\b": r"\b", "\f": r"\f", "\v": r"\v"})
_SPECIAL = tuple("\\\t\n\r\b\f\v")

Spell = Callable[[object], str]


def cells(values: Sequence[object], of: AttributeType) -> list[str]:
    """Return a column's values as cells. Raises ValueError for a value that is none of the type."""
    match of:
        case Text() | Email() | Url() | Slug() | Enum() | Ip():
            return _escaped([None if value is None else _text(value) for value in values])
        case Json() | ListOf() | Range() | Bytes():
            spell = spelling(of)
            return _escaped([None if value is None else spell(value) for value in values])
        case Boolean():
            return [NULL if value is None else "t" if value else "f" for value in values]
        case Uuid() | Timestamp() | Date() | Vector():
            return _shared(values, spelling(of))
        case Integer() | Float() | Decimal() | Money() | Time() | Interval() | Point() | Polygon():
            spell = spelling(of)
            return [NULL if value is None else spell(value) for value in values]
        case _:
            assert_never(of)


def spelling(of: AttributeType) -> Spell:
    """Return how a value of a type is written as PostgreSQL reads it, before COPY's escapes."""
    match of:
        case Text() | Email() | Url() | Slug() | Enum() | Ip():
            return _text
        case Integer() | Float() | Decimal() | Money():
            return str
        case Boolean():
            return lambda value: "true" if value else "false"
        case Uuid():
            return _uuid
        case Date() | Time() | Timestamp():
            return _iso
        case Interval():
            return _interval
        case Json():
            return lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        case Bytes():
            return _bytes
        case Point():
            return _point
        case Polygon():
            return lambda value: "(" + ",".join(_point(corner) for corner in _tuple(value)) + ")"
        case Vector():
            return lambda value: "[" + ",".join(str(number) for number in _tuple(value)) + "]"
        case Range():
            return _range(spelling(of.of))
        case ListOf():
            return _array(spelling(of.of))
        case _:
            assert_never(of)


def array_spelling(of: AttributeType) -> Spell:
    """Return how a list of values of any type is written as an array constant (manual 8.15.2)."""
    return _array(spelling(of))


def json_array(values: object, of: ElementType) -> str:
    """Return a list as a JSON array of its items' spellings; NULL stays null."""
    spell = spelling(of)
    return json.dumps([None if item is None else spell(item) for item in _tuple(values)], ensure_ascii=False)


def _shared(values: Sequence[object], spell: Spell) -> list[str]:
    """Spell values, an object that stands in many rows (a key, a list) once."""
    known: dict[int, str] = {id(None): NULL}
    found: list[str] = []
    for value in values:
        key = id(value)
        spelled = known.get(key)
        if spelled is None:
            spelled = known[key] = spell(value)
        found.append(spelled)
    return found


def _escaped(texts: Sequence[str | None]) -> list[str]:
    """Escape what COPY reads as its own; most columns hold nothing of it, which one look tells."""
    everything = "".join(text for text in texts if text is not None)
    if not any(character in everything for character in _SPECIAL):
        return [NULL if text is None else text for text in texts]
    return [NULL if text is None else text.translate(_ESCAPES) for text in texts]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"not a text: {value!r}")
    return value


def _uuid(value: object) -> str:
    if not isinstance(value, UUID):
        raise ValueError(f"not a UUID: {value!r}")
    return f"{value.int:032x}"


def _iso(value: object) -> str:
    return str(value)


def _interval(value: object) -> str:
    if not isinstance(value, timedelta):
        raise ValueError(f"not a length of time: {value!r}")
    return f"{value.days} days {value.seconds} seconds {value.microseconds} microseconds"


def _bytes(value: object) -> str:
    if not isinstance(value, bytes):
        raise ValueError(f"not bytes: {value!r}")
    return f"\\x{value.hex()}"


def _point(value: object) -> str:
    longitude, latitude = _tuple(value)
    return f"({longitude},{latitude})"


def _tuple(value: object) -> tuple[object, ...]:
    if not isinstance(value, tuple):
        raise ValueError(f"not made of several values: {value!r}")
    return value


def _range(spell: Spell) -> Spell:
    def write(value: object) -> str:
        lower, upper = _tuple(value)
        low = "" if lower is None else f'"{spell(lower)}"'
        high = "" if upper is None else f'"{spell(upper)}"'
        return f"{'[' if low else '('}{low},{high})"

    return write


def _array(spell: Spell) -> Spell:
    def write(value: object) -> str:
        items = ("NULL" if item is None else _quoted(spell(item)) for item in _tuple(value))
        return "{" + ",".join(items) + "}"

    return write


def _quoted(item: str) -> str:
    doubled = item.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{doubled}"'
