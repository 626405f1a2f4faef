"""Run compiled queries with pymongo: what the generated files do, for the proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, assert_never
from uuid import UUID

from groundplan.mongo.queries.binding import Row, Values, bind_part, bind_query, bound, plain, unbound
from groundplan.mongo.queries.model import (
    BATCH,
    COUNTERS,
    Aggregate,
    CompiledWrite,
    DeleteDocuments,
    Find,
    Given,
    InsertDocuments,
    Operation,
    Query,
    Refuse,
    Remember,
    Require,
    TakeNumber,
    UpdateDocuments,
)
from groundplan.mongo.queries.prefetch import prefetch

if TYPE_CHECKING:
    from pymongo.client_session import ClientSession
    from pymongo.database import Database

    Documents = Database[dict[str, Any]]


class WriteRefused(Exception):
    """A write that would break a rule which no index and no validator holds, such as a reference to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write did: how many rows it was about, and the keys that were made, a mapping for each row."""

    rows: int
    keys: tuple[Mapping[str, UUID | int], ...] = ()


def run_query(database: Documents, query: Query, *, session: ClientSession | None = None) -> list[dict[str, Any]]:
    """Run a query whose values are filled in, and return what it finds."""
    match query:
        case Find():
            found = database[query.collection].find(dict(query.filter), dict(query.projection), session=session)
            if query.sort is not None:
                found = found.sort([(path, int(str(direction))) for path, direction in query.sort.items()])
            return list(found if query.limit is None else found.limit(query.limit))
        case Aggregate():
            return list(database[query.collection].aggregate([dict(stage) for stage in query.stages], session=session))
        case _:
            assert_never(query)


def run_write(
    database: Documents,
    write: CompiledWrite,
    values: Mapping[str, Any],
    *,
    now: datetime,
    session: ClientSession | None = None,
) -> Written:
    """Run a write, in a transaction of its own where it needs one and no session is given.

    `values` are by parameter, encoded for their types; a bulk write takes a list of such mappings as `rows`. Raises
    WriteRefused where an operation says so; what it wrote before is then rolled back with the transaction.
    """
    if write.needs_transaction is None or session is not None:
        return _Run(database, session).run(write, values, now=now)
    with database.client.start_session() as own:
        return own.with_transaction(lambda within: _Run(database, within).run(write, values, now=now))


class _Run:
    """One run of a write; a transaction that is tried again begins a new one."""

    def __init__(self, database: Documents, session: ClientSession | None) -> None:
        self._database = database
        self._session = session
        self._count: int | None = None

    def run(self, write: CompiledWrite, values: Mapping[str, Any], *, now: datetime) -> Written:
        rows = tuple(Row(values=dict(row)) for row in values.get(BATCH, ()))
        given: dict[str, Any] = {each.name: None for each in write.parameters if each.is_optional and not each.is_batch}
        given |= {name: value for name, value in values.items() if name != BATCH}
        at_hand = Values(now=now, given=given, rows=rows)
        if write.each is None:
            for operation in write.operations:
                self._operate(operation, at_hand)
            count = self._count or 0
        else:
            count = sum(self._run_row(write, replace(at_hand.at(write.each, row), given=dict(given))) for row in rows)
        owners = [row.keys for row in rows] if rows else [at_hand.keys]
        return Written(rows=count, keys=tuple(dict(keys) for keys in owners if keys))

    def _run_row(self, write: CompiledWrite, values: Values) -> int:
        self._count = None
        for operation in write.operations:
            self._operate(operation, values)
        return self._count or 0

    def _counted(self, count: int) -> None:
        if self._count is None:
            self._count = count

    def _operate(self, operation: Operation, values: Values) -> None:
        match operation:
            case InsertDocuments():
                self._insert(operation, values)
            case UpdateDocuments():
                self._update(operation, values)
            case DeleteDocuments():
                self._delete(operation, values)
            case Remember():
                found = [row for each in self._each(operation.each, values) for row in self._found(operation, each)]
                values.given[operation.name] = [next(iter(row.values()), None) for row in found]
            case Refuse():
                if any(self._found(operation, each) for each in self._each(operation.each, values)):
                    raise WriteRefused(operation.message)
            case Require():
                self._require(operation, values)
            case TakeNumber():
                self._take(operation, values)
            case _:
                assert_never(operation)

    def _each(self, name: str | None, values: Values) -> Iterator[Values]:
        if name is None or name == values.batch:
            yield values
        elif name == BATCH:
            for row in values.rows:
                yield values.at(name, row)
        else:
            kept = values.given[name]
            for item in kept if isinstance(kept, Sequence) else ():
                yield values.at(name, item)

    def _insert(self, operation: InsertDocuments, values: Values) -> None:
        if operation.unless is not None and values.given[operation.unless]:
            return
        documents = [dict(bind_part(operation, each).document) for each in self._each(operation.each, values)]
        collection = self._database[operation.collection]
        if operation.each is None:
            collection.insert_one(documents[0], session=self._session)
        elif documents:
            collection.insert_many(documents, session=self._session)
        if operation.unless is None:
            self._counted(len(documents))

    def _update(self, operation: UpdateDocuments, values: Values) -> None:
        if operation.unless is not None and values.given[operation.unless]:
            return
        filled = [bind_part(operation, each) for each in self._each(operation.each, values)]
        is_single = operation.each is None
        reached = self._update_once(filled[0]) if is_single else self._update_each(operation, filled)
        if operation.refusal is not None and reached < len(filled):
            raise WriteRefused(operation.refusal)
        if operation.unless is None:
            self._counted(reached)

    def _update_once(self, filled: UpdateDocuments) -> int:
        collection = self._database[filled.collection]
        update = collection.update_many if filled.is_many else collection.update_one
        done = update(
            dict(filled.filter),
            _update_of(filled),
            upsert=filled.is_upsert,
            array_filters=_array_filters_of(filled),
            session=self._session,
        )
        return done.matched_count + (done.upserted_id is not None)

    def _update_each(self, operation: UpdateDocuments, filled: Sequence[UpdateDocuments]) -> int:
        from pymongo import UpdateMany, UpdateOne

        kind = UpdateMany if operation.is_many else UpdateOne
        requests = [
            kind(
                dict(each.filter),
                _update_of(each),
                upsert=operation.is_upsert,
                array_filters=_array_filters_of(each),
            )
            for each in filled
        ]
        if not requests:
            return 0
        done = self._database[operation.collection].bulk_write(requests, session=self._session)
        return done.matched_count + done.upserted_count

    def _delete(self, operation: DeleteDocuments, values: Values) -> None:
        from pymongo import DeleteMany, DeleteOne

        filters = [dict(bind_part(operation, each).filter) for each in self._each(operation.each, values)]
        collection = self._database[operation.collection]
        if operation.each is None:
            delete = collection.delete_many if operation.is_many else collection.delete_one
            self._counted(delete(filters[0], session=self._session).deleted_count)
        elif filters:
            kind = DeleteMany if operation.is_many else DeleteOne
            requests = [kind(each) for each in filters]
            self._counted(collection.bulk_write(requests, session=self._session).deleted_count)
        else:
            self._counted(0)

    def _found(self, operation: Remember | Refuse | Require, values: Values) -> list[dict[str, Any]]:
        return run_query(self._database, bind_query(operation.query, values), session=self._session)

    def _require(self, operation: Require, values: Values) -> None:
        known = self._prefetched(operation, values)
        for each in self._each(operation.each, values):
            kept = each.given if each.row is None else each.row.values
            if any(_is_null(part, each) for part in unbound(operation.query)):
                kept.update(dict.fromkeys((name for _, name in operation.keeps), None))
                continue
            found = known(each) if known is not None else next(iter(self._found(operation, each)), None)
            if found is None:
                raise WriteRefused(operation.message)
            kept.update({name: found.get(path) for path, name in operation.keeps})

    def _prefetched(self, operation: Require, values: Values) -> Callable[[Values], dict[str, Any] | None] | None:
        """Return what finds a row's target among those that one query found for all rows."""
        asked = prefetch(operation)
        if asked is None or values.row is not None:
            return None
        found = run_query(self._database, bind_query(asked.query, values), session=self._session)
        by_key = {_comparable(document[asked.path]): document for document in found}
        return lambda row: by_key.get(_comparable(bound(asked.value, row)))

    def _take(self, operation: TakeNumber, values: Values) -> None:
        from pymongo import ReturnDocument

        takers = list(self._each(operation.each, values))
        if not takers:
            return
        counter = self._database[COUNTERS].find_one_and_update(
            {"_id": operation.counter},
            {"$inc": {"last": len(takers)}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if counter is None:
            raise KeyError(operation.counter)
        last = int(counter["last"])
        for number, taker in enumerate(takers, start=last - len(takers) + 1):
            kept = taker.given if taker.row is None else taker.row.values
            kept[operation.name] = plain(number)


def _update_of(update: UpdateDocuments) -> dict[str, Any] | list[dict[str, Any]]:
    return dict(update.update) if isinstance(update.update, Mapping) else list(map(dict, update.update))


def _array_filters_of(update: UpdateDocuments) -> list[Mapping[str, Any]] | None:
    return [dict(each) for each in update.array_filters] or None


def _comparable(value: object) -> str:
    """Return a key so that what is the same in BSON is the same here."""
    found = plain(value)
    if isinstance(found, datetime):
        return found.astimezone(UTC).isoformat()
    return str(int(found)) if isinstance(found, int) and not isinstance(found, bool) else repr(found)


def _is_null(part: object, values: Values) -> bool:
    return isinstance(part, Given) and bound(part, values) is None
