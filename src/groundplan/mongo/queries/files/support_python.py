"""The modules that the Python query files share: keys, moments and refusals of writes; cursors; texts to search for."""

WRITING = '''\
"""What the writes share: keys, the time of a call, values that are NULL, and refusals."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from pymongo import ReturnDocument
from pymongo.database import Database

Document = dict[str, Any]


class WriteRefused(Exception):
    """A write that would break a rule which no index and no validator holds, such as a reference to nothing."""


def new_key() -> UUID:
    """Return a UUID of version 7, which sorts by the time it was made (RFC 9562)."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))


def take_numbers(database: Database[Document], counter: str, count: int) -> range:
    """Take numbers from a counter, outside any transaction: as with a sequence nobody waits, and gaps remain."""
    found = database["counters"].find_one_and_update(
        {"_id": counter}, {"$inc": {"last": count}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    if found is None:
        raise KeyError(counter)
    return range(found["last"] - count + 1, found["last"] + 1)


def present(document: Mapping[str, Any]) -> Document:
    """Leave out what is NULL: that is a field which is not there."""
    return {name: value for name, value in document.items() if value is not None}


def setting(values: Mapping[str, Any]) -> Document:
    """Return the update that sets values, and takes away the fields that become NULL."""
    gone = {name: "" for name, value in values.items() if value is None}
    update: Document = {"$set": present(values)} if len(gone) < len(values) else {}
    return {**update, "$unset": gone} if gone else update


def different(rows: Iterable[Mapping[str, Any]], member: str) -> list[Any]:
    """Return the different values of a member that are there."""
    found: list[Any] = []
    for row in rows:
        value = row.get(member)
        if value is not None and value not in found:
            found.append(value)
    return found


def midnight(day: date) -> datetime:
    """Return the beginning of a day in UTC, which is how a date is stored."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def months_later(moment: datetime, months: int) -> datetime:
    """Return the same day and time of another month, or its last day where it is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = (datetime(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
'''

PAGING = '''\
"""Cursors: where a page ended, as one opaque word.

A cursor is base64url, without padding, of the first six bytes of the SHA-256 of a JSON text, followed by that text:
`[VERSION, FINGERPRINT, [VALUE, …]]`, in canonical Extended JSON. FINGERPRINT stands for the query and its order, so a
cursor is refused by any other. It is no secret: it grants nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any

from bson import json_util
from bson.binary import UuidRepresentation

VERSION = 1
LONGEST = 16_384

_OPTIONS = json_util.JSONOptions(
    json_mode=json_util.JSONMode.CANONICAL,
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
)


class CursorRefused(ValueError):
    """A cursor that was cut, altered, or that belongs to another query: start again at the first page."""


def encode_cursor(fingerprint: str, values: Sequence[Any]) -> str:
    """Return the cursor that goes on after a row with these values of the sort keys."""
    payload = json_util.dumps([VERSION, fingerprint, list(values)], json_options=_OPTIONS).encode()
    return base64.urlsafe_b64encode(_checksum(payload) + payload).rstrip(b"=").decode()


def decode_cursor(fingerprint: str, cursor: str, *, count: int) -> list[Any]:
    """Return the values of the sort keys that a cursor holds; raises CursorRefused."""
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        checksum, payload = raw[:6], raw[6:]
        if len(cursor) > LONGEST or checksum != _checksum(payload):
            raise CursorRefused("the cursor is damaged")
        version, made_for, values = json_util.loads(payload.decode(), json_options=_OPTIONS)
    except (binascii.Error, UnicodeError, TypeError, ValueError) as error:
        raise CursorRefused("the cursor is damaged") from error
    if version != VERSION or made_for != fingerprint or len(values) != count:
        raise CursorRefused("the cursor belongs to another query, or to another version of it")
    return list(values)


def _checksum(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()[:6]
'''

TEXTS = '''\
"""Texts to search for: what a caller gives, in the language of text indexes and regular expressions."""

from __future__ import annotations

import re


def all_words(text: str) -> str:
    """Return a text search for all words of a text: each as a phrase, as phrases must all be there."""
    return " ".join(f'"{word}"' for word in text.replace('"', " ").replace("\\\\", " ").split())


def like_pattern(pattern: str) -> str:
    """Return the regular expression of a LIKE pattern; a backslash takes the character after it as it is."""
    pieces: list[str] = []
    for taken, mark, plain in re.findall(r"\\\\(.)|([%_])|([^\\\\%_]+)", pattern, re.DOTALL):
        pieces.append({"%": ".*", "_": "."}.get(mark) or re.escape(taken or plain))
    return f"^{''.join(pieces)}\\\\z"
'''

MODULES = {"_writing": WRITING, "_paging": PAGING, "_texts": TEXTS}
"""The text of each module by its name."""
