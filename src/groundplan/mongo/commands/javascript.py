"""JavaScript for mongosh: literals of every BSON value, names that can stand in it, and comments."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite, isnan
from uuid import UUID

from groundplan.mongo.commands.notation import Notation, Spell, nothing_unbound
from groundplan.mongo.queries.model import Bson

INT_RANGE = range(-(2**31), 2**31)
"""What the shell stores as an int; a larger whole number becomes a double unless it is written as a long."""
LONG_RANGE = range(-(2**63), 2**63)

_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_ARRAY_INDEX = re.compile(r"0|[1-9][0-9]*")
_PLAIN_COLLECTION = re.compile(r"[a-z][a-z0-9_]*")
_METHODS_OF_DATABASE = frozenset(
    ("aggregate", "auth", "constructor", "eval", "hello", "help", "logout", "sql", "stats", "version", "watch")
)
"""What `db.name` means in mongosh although a collection is called so."""

_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def quote(text: str) -> str:
    """Return text as a string literal, in single quotes unless more of those are in it than double ones."""
    mark = '"' if text.count("'") > text.count('"') else "'"
    return mark + "".join(_escaped(character, mark=mark) for character in text) + mark


def _escaped(character: str, *, mark: str) -> str:
    if character == mark:
        return f"\\{mark}"
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\u{{{code:x}}}"


def key(name: str) -> str:
    """Return a name as the key of an object literal; `__proto__` would set the object's prototype there."""
    if name == "__proto__":
        return f"[{quote(name)}]"
    return name if _WORD.fullmatch(name) else quote(name)


def collection(name: str) -> str:
    """Return the expression for a collection: `db.posts`, or `db.getCollection('…')` where that means anything else."""
    is_plain = _PLAIN_COLLECTION.fullmatch(name) and name not in _METHODS_OF_DATABASE
    return f"db.{name}" if is_plain else f"db.getCollection({quote(name)})"


def comment(text: str, *, indent: int = 0) -> str:
    """Return text as one comment line; whatever could end the line is shown escaped."""
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
    return f"{' ' * indent}// {shown}".rstrip()


def literal(value: Bson, *, spell: Spell = nothing_unbound, indent: int = 0, before: int = 0) -> str:
    """Return a value as an expression that mongosh stores as the same BSON.

    `spell` writes what the caller gives (by default nothing can be given), `indent` is that of the line the value
    begins on, and `before` counts the characters that stand before it on that line. Raises ValueError for a whole
    number beyond 64 bits and a datetime without a zone.
    """
    return _NOTATION.write(value, spell=spell, indent=indent, before=before)


def _scalar(value: Bson) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return _whole(value)
        case float():
            return _double(value)
        case str():
            return quote(value)
        case bytes():
            return f"BinData(0, {quote(b64encode(value).decode())})"
        case Decimal():
            return f"NumberDecimal({quote(str(value))})"
        case UUID():
            return f"UUID({quote(str(value))})"
        case datetime():
            return f"ISODate({quote(iso_instant(value))})"
        case date():
            return f"ISODate({quote(iso_instant(datetime(value.year, value.month, value.day, tzinfo=UTC)))})"
        case _:
            raise ValueError(f"no value of BSON: {value!r}")


def _whole(value: int) -> str:
    if value in INT_RANGE:
        return str(value)
    if value not in LONG_RANGE:
        raise ValueError(f"a whole number beyond 64 bits: {value}")
    return f"NumberLong({quote(str(value))})"


def _double(value: float) -> str:
    """Write a double; one without a fraction would be stored as an int if it stood alone."""
    if not isfinite(value):
        return "NaN" if isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return f"Double({value!r})" if value.is_integer() else repr(value)


def iso_instant(value: datetime) -> str:
    """Return an instant in UTC with milliseconds, as BSON keeps it; raises ValueError where it has no zone."""
    if value.tzinfo is None:
        raise ValueError(f"a datetime without a zone: {value}")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ordered(value: Mapping[str, Bson]) -> tuple[str, str] | None:
    """Write a mapping as a Map where an object would put its keys, being whole numbers, in another order."""
    names = list(value)
    numbers = sorted((name for name in names if _ARRAY_INDEX.fullmatch(name)), key=int)
    return ("new Map(", ")") if names[: len(numbers)] != numbers else None


_NOTATION = Notation(scalar=_scalar, key=key, mapping=_ordered, pad=" ")
