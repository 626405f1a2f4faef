"""Python for pymongo: literals of every BSON value, names that can stand in it, and comments."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from uuid import UUID

from groundplan.mongo.commands.notation import Notation, Spell, nothing_unbound
from groundplan.mongo.queries.model import Bson

IMPORTS: Mapping[str, str] = {
    "datetime(": "from datetime import UTC, datetime",
    "Decimal128(": "from bson import Decimal128",
    "UUID(": "from uuid import UUID",
}
"""The import that each constructor in a literal needs."""

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_STEP = 4


def quote(text: str) -> str:
    """Return text as a string literal in double quotes."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def is_name(text: str) -> bool:
    """Tell whether a text can name a variable, an attribute or a parameter."""
    return text.isidentifier() and text.isascii() and not keyword.iskeyword(text)


def comment(text: str, *, indent: int = 0) -> str:
    """Return text as one comment line; whatever could end the line is shown escaped."""
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
    return f"{' ' * indent}# {shown}".rstrip()


def docstring(text: str, *, indent: int = 0) -> str:
    """Return text as a docstring of one line."""
    inner = quote(text)[1:-1]
    return f'{" " * indent}"""{inner}"""'


def literal(value: Bson, *, spell: Spell = nothing_unbound, indent: int = 0, before: int = 0) -> str:
    """Return a value as an expression that pymongo stores as the same BSON; `IMPORTS` says what its names come from.

    `spell`, `indent` and `before` as for `javascript.literal`. Raises ValueError for a whole number beyond 64 bits and
    a datetime without a zone.
    """
    return _NOTATION.write(value, spell=spell, indent=indent, before=before)


def imports(text: str) -> tuple[str, ...]:
    """Return the imports that the literals in a program's text need, sorted."""
    return tuple(sorted({line for constructor, line in IMPORTS.items() if constructor in text}))


def _scalar(value: Bson) -> str:
    match value:
        case None | bool():
            return repr(value)
        case int():
            if not -(2**63) <= value < 2**63:
                raise ValueError(f"a whole number beyond 64 bits: {value}")
            return repr(value)
        case float():
            return repr(value) if isfinite(value) else f"float({quote(str(value))})"
        case str():
            return quote(value)
        case bytes():
            return repr(value)
        case Decimal():
            return f"Decimal128({quote(str(value))})"
        case UUID():
            return f"UUID({quote(str(value))})"
        case datetime():
            return _instant(value)
        case date():
            return _instant(datetime(value.year, value.month, value.day, tzinfo=UTC))
        case _:
            raise ValueError(f"no value of BSON: {value!r}")


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"a datetime without a zone: {value}")
    moment = value.astimezone(UTC)
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute]
    micro = moment.microsecond // 1000 * 1000
    if moment.second or micro:
        parts.append(moment.second)
    if micro:
        parts.append(micro)
    return f"datetime({', '.join(map(str, parts))}, tzinfo=UTC)"


def _always_plain(_value: Mapping[str, Bson]) -> None:
    return None


_NOTATION = Notation(scalar=_scalar, key=quote, mapping=_always_plain, step=_STEP)
