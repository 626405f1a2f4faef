"""What happens to a database between two moments, and the way back: documents as they were, from a snapshot.

Every change is in the oplog of the replica set (manual, "Replica Set Oplog"), those of a transaction as one entry, and
a snapshot session reads documents as they were when it began.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pymongo.client_session import ClientSession
    from pymongo.database import Database

BsonDocument = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangedDocument:
    """A document that was touched, before and after; None where it was not there."""

    collection: str
    before: BsonDocument | None
    after: BsonDocument | None


class Undoing:
    """What has changed in a database since the beginning of the block, or since a mark in it."""

    def __init__(self, database: Database[dict[str, Any]], session: ClientSession) -> None:
        self._database = database
        self._session = session
        self._start = _newest(database)
        self._known = _begin(database, session)

    def changed(self) -> Iterator[ChangedDocument]:
        """Yield every document that was touched, in the order of the first touch."""
        for name, key in _touched(self._database, since=self._start):
            collection = self._database[name]
            before = collection.find_one({"_id": key}, session=self._session) if name in self._known else None
            yield ChangedDocument(collection=name, before=before, after=collection.find_one({"_id": key}))

    def undo(self) -> None:
        """Put every document back as it was."""
        for changed in list(self.changed()):
            collection = self._database[changed.collection]
            if changed.before is not None:
                key = {"_id": changed.before["_id"]}
                collection.replace_one(key, dict(changed.before), upsert=True, bypass_document_validation=True)
            elif changed.after is not None:
                collection.delete_one({"_id": changed.after["_id"]})


@contextmanager
def watching(database: Database[dict[str, Any]]) -> Iterator[Undoing]:
    """Watch what the block changes; nothing is undone unless that is asked for."""
    with database.client.start_session(snapshot=True) as session:
        yield Undoing(database, session)


@contextmanager
def undone_afterwards(database: Database[dict[str, Any]]) -> Iterator[None]:
    """Run a block and put every document back that it changed."""
    with watching(database) as changes:
        try:
            yield
        finally:
            changes.undo()


def _begin(database: Database[dict[str, Any]], session: ClientSession) -> frozenset[str]:
    """Read once, which is when a snapshot session begins (manual, "Read Concern snapshot"); return what there is."""
    names = sorted(database.list_collection_names(filter={"type": "collection"}))
    database[names[0] if names else "_"].find_one({}, {"_id": 1}, session=session)
    return frozenset(names)


def _newest(database: Database[dict[str, Any]]) -> object:
    newest = database.client["local"]["oplog.rs"].find_one({}, {"ts": 1}, sort=[("$natural", -1)])
    return None if newest is None else newest["ts"]


def _touched(database: Database[dict[str, Any]], *, since: object) -> Iterator[tuple[str, Any]]:
    prefix = f"{database.name}."
    seen: set[tuple[str, str]] = set()
    for entry in database.client["local"]["oplog.rs"].find({"ts": {"$gt": since}}):
        for operation in _operations(entry):
            name = str(operation.get("ns", ""))
            if operation.get("op") not in {"i", "u", "d"} or not name.startswith(prefix):
                continue
            key = (operation["o2"] if operation["op"] == "u" else operation["o"])["_id"]
            collection = name.removeprefix(prefix)
            if (collection, repr(key)) not in seen:  # a key may be a document, which is in no set
                seen.add((collection, repr(key)))
                yield collection, key


def _operations(entry: BsonDocument) -> Iterator[BsonDocument]:
    applied = entry.get("o", {}).get("applyOps")
    if entry.get("op") == "c" and isinstance(applied, list):
        yield from applied
    else:
        yield entry
