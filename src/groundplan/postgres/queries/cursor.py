"""Page cursors: where a page ended, as one opaque word.

A cursor is base64url without padding over six bytes of checksum and a compact JSON array:
`[1, FINGERPRINT, [VALUE, …]]`. 1 is the version of this format. FINGERPRINT stands for the pattern and its sort keys
(name, columns, types, directions, NULLs), so a cursor is refused by any other pattern, and by the same one after its
order has changed. The VALUEs are those of the sort keys in the last row seen, in their order: JSON's own for text,
whole numbers, booleans, lists and NULL; for every other type its text in ISO or PostgreSQL form, timestamps with
microseconds.
The checksum tells a cut or altered cursor from a good one. It is no secret: a cursor grants nothing, for its values
only say where to go on among rows that the query shows anyway.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from ipaddress import ip_interface
from uuid import UUID

from groundplan.base.errors import CursorRefused
from groundplan.postgres.queries.model import CompiledRead, CursorKey

VERSION = 1
"""The version of the format that is written; the only one that is read."""

_CHECKSUM_BYTES = 6
_LONGEST = 16_384

CursorValue = object
"""What a driver returns for a sort key, such as str, int, float, bool, Decimal, UUID, datetime or None."""


def encode_cursor(read: CompiledRead, row: Mapping[str, CursorValue]) -> str:
    """Return the cursor that goes on after `row`, the last one of a page, by the names of its result columns.

    Raises ValueError for a read that has no pages, KeyError where a sort key is missing from the row.
    """
    _require_pages(read)
    values = [_plain(key.type, row[key.column]) for key in read.cursor]
    text = json.dumps([VERSION, fingerprint(read), values], ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    payload = text.encode()
    return _spelled(_checksum(payload) + payload)


def decode_cursor(read: CompiledRead, cursor: str) -> dict[str, CursorValue]:
    """Return what a cursor holds, by parameter of the read's `next` statement.

    Raises CursorRefused for a cursor that is not one, or not one of this read; ValueError for a read without pages.
    """
    _require_pages(read)
    payload = _payload(read.pattern, cursor)
    match payload:
        case [int() as version, *_] if version != VERSION:
            raise _refused(read.pattern, f"has format {version}, and only {VERSION} is known")
        case [_, str() as made_for, list() as values]:
            pass
        case _:
            raise _refused(read.pattern, "is damaged")
    if made_for != fingerprint(read) or len(values) != len(read.cursor):
        raise _refused(read.pattern, "belongs to another query, or to another order of this one")
    return {key.parameter: _typed(read, key, value) for key, value in zip(read.cursor, values, strict=True)}


def fingerprint(read: CompiledRead) -> str:
    """Return what binds a cursor to a pattern and its sort keys."""
    keys = [
        [key.column, key.type, "desc" if key.is_descending else "asc", key.nulls.value, key.is_nullable]
        for key in read.cursor
    ]
    text = json.dumps([read.pattern, keys], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _refused(pattern: str, problem: str) -> CursorRefused:
    return CursorRefused(f'the cursor for "{pattern}" {problem}', help="start again at the first page")


def _require_pages(read: CompiledRead) -> None:
    if not read.cursor:
        raise ValueError(f"{read.pattern!r} has no pages")


def _spelled(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _checksum(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()[:_CHECKSUM_BYTES]


def _payload(pattern: str, cursor: str) -> object:
    if len(cursor) > _LONGEST:
        raise _refused(pattern, "is too long to be one")
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise _refused(pattern, "is damaged") from None
    checksum, payload = raw[:_CHECKSUM_BYTES], raw[_CHECKSUM_BYTES:]
    if _checksum(payload) != checksum or _spelled(raw) != cursor:
        raise _refused(pattern, "is damaged")
    try:
        found: object = json.loads(payload)
    except (ValueError, RecursionError):
        raise _refused(pattern, "is damaged") from None
    return found


def _plain(type_name: str, value: CursorValue) -> object:
    """Return a value as JSON holds it; floats keep every bit as their shortest text."""
    if type_name in ("json", "jsonb"):
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return repr(value)
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case datetime.timedelta():
            return f"{value // datetime.timedelta(microseconds=1)} microseconds"
        case bytes():
            return f"\\x{value.hex()}"
        case list():
            return [_plain(type_name.removesuffix("[]"), item) for item in value]
        case _:
            return str(value)


def _typed(read: CompiledRead, key: CursorKey, value: object) -> CursorValue:
    """Return a value as the driver takes it for the key's type."""
    if value is None:
        if key.is_nullable:
            return None
        raise _refused(read.pattern, f"has no value for {key.column}")
    try:
        return _parsed(key.type, value)
    except (ValueError, InvalidOperation):
        raise _refused(read.pattern, f"has no {key.type} for {key.column}") from None


def _parsed(type_name: str, value: object) -> CursorValue:
    element = type_name.removesuffix("[]")
    match type_name, value:
        case _, list() as items if element != type_name:
            return [None if item is None else _parsed(element, item) for item in items]
        case "boolean", bool():
            return value
        case "smallint" | "integer" | "bigint", int() if not isinstance(value, bool):
            return value
        case "numeric", int() if not isinstance(value, bool):
            return Decimal(value)
        case _, str() as text:
            return _from_text(type_name, text)
        case _:
            raise ValueError(value)


def _from_text(type_name: str, text: str) -> CursorValue:
    match type_name:
        case "boolean" | "smallint" | "integer" | "bigint":
            raise ValueError(text)
        case "numeric":
            return Decimal(text)
        case "real" | "double precision":
            return float(text)
        case "uuid":
            return UUID(text)
        case "timestamp with time zone" | "timestamp without time zone":
            return datetime.datetime.fromisoformat(text)
        case "date":
            return datetime.date.fromisoformat(text)
        case "time without time zone":
            return datetime.time.fromisoformat(text)
        case "interval":
            return datetime.timedelta(microseconds=int(text.removesuffix(" microseconds")))
        case "bytea":
            return bytes.fromhex(text.removeprefix("\\x"))
        case "inet":
            ip_interface(text)
            return text
        case _:
            return text
