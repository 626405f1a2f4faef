"""Fill a command in for pymongo: what the caller gives, the moment of the call, keys made for it.

Values are as `groundplan.mongo.representation` encodes them; what needs no type to be encoded (UUIDs, dates, decimals,
whole numbers, tuples) may also come as it is.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar, cast
from uuid import UUID

from groundplan.mongo.queries.model import (
    Aggregate,
    Bson,
    Command,
    DeleteDocuments,
    Find,
    Given,
    InsertDocuments,
    Moment,
    NewKey,
    Preparation,
    Query,
    Refuse,
    Remember,
    Require,
    TakeNumber,
    UpdateDocuments,
)
from groundplan.mongo.queries.text_patterns import like_expression

_SHORT_WHOLE = range(-(2**31), 2**31)

Bindable = TypeVar(
    "Bindable",
    Find,
    Aggregate,
    InsertDocuments,
    UpdateDocuments,
    DeleteDocuments,
    Remember,
    Refuse,
    Require,
    TakeNumber,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a bulk write: its parameters by name, what was kept for it, and the keys made for it."""

    values: dict[str, object]
    keys: dict[str, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What one call gives: parameters and what operations kept by name, and the keys that were made for it.

    `rows` are those of a bulk write, `row` the value at hand in an operation for each of them, or for each of what was
    kept.
    """

    now: datetime
    given: dict[str, object]
    rows: tuple[Row, ...] = ()
    row: Row | None = None
    item: object = None
    batch: str | None = None
    keys: dict[str, UUID] = field(default_factory=dict)

    def at(self, name: str, item: object) -> Values:
        """Return the values with one element of the list `name` at hand."""
        if isinstance(item, Row):
            return replace(self, batch=name, row=item, item=item.values, keys=item.keys)
        return replace(self, batch=name, row=None, item=item, keys={})


def bind(part: Bindable, values: Mapping[str, object], now: datetime) -> Bindable:
    """Return a query or operation with every value in it that a caller gives; raises KeyError where one is missing."""
    return bind_part(part, Values(now=now, given=dict(values)))


def bind_part(part: Bindable, values: Values) -> Bindable:
    """Return a query or operation with the values at hand in it; raises KeyError where one is missing."""
    match part:
        case Find():
            return replace(part, filter=_command(part.filter, values), projection=_command(part.projection, values))
        case Aggregate():
            return replace(part, stages=tuple(_command(stage, values) for stage in part.stages))
        case InsertDocuments():
            return replace(part, document=_document(part.document, values))
        case UpdateDocuments():
            return replace(
                part,
                filter=_command(part.filter, values),
                update=_update(part.update, values),
                array_filters=tuple(_command(each, values) for each in part.array_filters),
            )
        case DeleteDocuments():
            return replace(part, filter=_command(part.filter, values))
        case Remember() | Refuse() | Require():
            return replace(part, query=bind_query(part.query, values))
        case _:
            return part


def bind_query(query: Query, values: Values) -> Query:
    """Return a query with the values at hand in it; raises KeyError where one is missing."""
    match query:
        case Find():
            return bind_part(query, values)
        case Aggregate():
            return bind_part(query, values)


def unbound(part: object) -> Iterable[Given | Moment | NewKey]:
    """Return what is to be filled in somewhere in a command, in reading order, repeats kept."""
    match part:
        case Given() | Moment() | NewKey():
            yield part
        case Mapping():
            for inner in part.values():
                yield from unbound(inner)
        case tuple() | list():
            for inner in part:
                yield from unbound(inner)
        case Find():
            yield from unbound((part.filter, part.projection))
        case Aggregate():
            yield from unbound(part.stages)
        case InsertDocuments():
            yield from unbound(part.document)
        case UpdateDocuments():
            yield from unbound((part.filter, part.update, part.array_filters))
        case DeleteDocuments():
            yield from unbound(part.filter)
        case Remember() | Refuse() | Require():
            yield from unbound(part.query)


def new_key() -> UUID:
    """Return a UUID of version 7 that sorts after those made before it, by a fraction of a millisecond (RFC 9562)."""
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | secrets.randbits(62))


def all_words(text: str) -> str:
    """Return a text search for all words of a text: each as a phrase, as phrases must all be there."""
    return " ".join(f'"{word}"' for word in text.replace('"', " ").replace("\\", " ").split())


def plain(value: object) -> object:
    """Return a value as pymongo takes it; a whole number is a long where 32 bits are too few."""
    from bson.binary import Binary
    from bson.decimal128 import Decimal128
    from bson.int64 import Int64

    match value:
        case bool() | None:
            return value
        case int():
            return value if value in _SHORT_WHOLE or isinstance(value, Int64) else Int64(value)
        case Decimal():
            return Decimal128(value)
        case UUID():
            return Binary.from_uuid(value)
        case datetime():
            return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
        case timedelta():
            return Int64(value // timedelta(milliseconds=1))
        case Mapping():
            return {str(name): plain(inner) for name, inner in value.items()}
        case tuple() | list():
            return [plain(inner) for inner in value]
        case _:
            return value


def _command(part: Command, values: Values) -> Command:
    return cast("Command", bound(part, values))


def bound(part: Bson, values: Values) -> object:
    """Return a value of a command with the values at hand in it, as pymongo takes it."""
    match part:
        case Given():
            return plain(_given(part, values))
        case Moment():
            return _moment(part, values.now)
        case NewKey():
            return plain(
                values.keys.setdefault(part.name, new_key()) if part.name not in values.keys else values.keys[part.name]
            )
        case Mapping():
            return {name: bound(inner, values) for name, inner in part.items()}
        case tuple() | list():
            return [bound(inner, values) for inner in part]
        case _:
            return plain(part)


def _given(given: Given, values: Values) -> object:
    found = _taken(given, values)
    if found is None and given.otherwise is not None:
        return bound(given.otherwise, values)
    return _prepared(found, given.preparation)


def _taken(given: Given, values: Values) -> object:
    if given.name == values.batch:
        return values.item if given.member is None else _member(values.item, given.member)
    if given.name in values.given:
        found = values.given[given.name]
        return found if given.member is None else _different(found, given.member)
    if given.member is not None and values.rows:
        return _different([row.values for row in values.rows], given.member)
    raise KeyError(given.name)


def _member(item: object, name: str) -> object:
    return item.get(name) if isinstance(item, Mapping) else None


def _different(items: object, member: str) -> list[object]:
    """Return the values of a member that are there, each once."""
    found: list[object] = []
    for item in items if isinstance(items, Sequence) else ():
        value = _member(item, member)
        if value is not None and value not in found:
            found.append(value)
    return found


def _prepared(value: object, preparation: Preparation) -> object:
    match preparation, value:
        case _, list() | tuple():
            return [_prepared(item, preparation) for item in value]
        case Preparation.LOWER_CASE, str():
            return value.lower()
        case Preparation.ALL_WORDS, str():
            return all_words(value)
        case Preparation.LIKE_PATTERN, str():
            return like_expression(value)
        case _:
            return value


def _moment(moment: Moment, now: datetime) -> datetime:
    months = now.month - 1 + moment.months
    year, month = now.year + months // 12, months % 12 + 1
    start = now.astimezone(UTC).replace(microsecond=now.microsecond // 1000 * 1000)
    shifted = start.replace(year=year, month=month, day=min(now.day, _days_of(year, month)))
    shifted += timedelta(days=moment.days, milliseconds=moment.milliseconds)
    return shifted.replace(hour=0, minute=0, second=0, microsecond=0) if moment.is_day else shifted


def _days_of(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def _document(document: Command, values: Values) -> Command:
    """Fill in a document; what is NULL is left out, and so is a sub-document all of whose fields are."""
    found: dict[str, object] = {}
    for name, part in document.items():
        if isinstance(part, Mapping) and part:
            inner = _document(part, values)
            if inner:
                found[name] = inner
            continue
        value = _elements(part, values) if isinstance(part, tuple | list) else bound(part, values)
        if value is not None:
            found[name] = value
    return cast("Command", found)


def _elements(parts: Sequence[Bson], values: Values) -> list[object]:
    return [_document(part, values) if isinstance(part, Mapping) else bound(part, values) for part in parts]


def _update(update: Command | tuple[Command, ...], values: Values) -> Command | tuple[Command, ...]:
    """Fill in an update; NULL is a field that `$set` takes away and that the other operators leave out."""
    if not isinstance(update, Mapping):
        return tuple(_command(stage, values) for stage in update)
    found: dict[str, dict[str, object]] = {}
    for operator, settings in update.items():
        if not isinstance(settings, Mapping):
            raise ValueError(f"{operator} takes a document")
        filled = _document(settings, values)
        gone = [name for name in settings if name not in filled] if operator == "$set" else []
        if filled:
            found.setdefault(operator, {}).update(filled)
        if gone:
            found.setdefault("$unset", {}).update(dict.fromkeys(gone, ""))
    return cast("Command", found)
