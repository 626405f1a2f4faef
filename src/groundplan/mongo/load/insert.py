"""Documents inserted as fast as the server takes them, and held against their validators afterwards, all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundplan.mongo.load.assemble import Assembler
from groundplan.mongo.model import Collection, DocumentModel

if TYPE_CHECKING:
    from pymongo.database import Database

Step = Callable[[str], None]
"""Called with the name of each collection that is loaded."""

_BATCH_BYTES = 8_000_000
"""A command holds 16 MB; half of that leaves the server work while the next batch is assembled."""

_BATCH_DOCUMENTS = 10_000

_SHOWN = 3


class Invalid(Exception):
    """Documents that their collection's validator refuses: the design and the rows do not fit together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCollection:
    """How many documents a collection holds now, and how many bytes they are."""

    collection: str
    documents: int
    size: int


def load_documents(
    database: Database[dict[str, Any]], model: DocumentModel, assembler: Assembler, *, on_step: Step = lambda _: None
) -> tuple[LoadedCollection, ...]:
    """Insert the documents of every collection; the collections are there, their indexes had better not be yet.

    Validators are bypassed and asked once at the end about all documents. Raises Invalid where one refuses any.
    """
    loaded: list[LoadedCollection] = []
    for collection in model.collections:
        count, size = _insert(database, collection.name, assembler.documents(collection))
        loaded.append(LoadedCollection(collection=collection.name, documents=count, size=size))
        on_step(collection.name)
    for collection in model.collections:
        _validate(database, collection)
    return tuple(loaded)


def _insert(database: Database[dict[str, Any]], name: str, documents: Iterable[bytes]) -> tuple[int, int]:
    """Insert documents batch by batch, one on its way while the next is being assembled."""
    count = size = 0
    with ThreadPoolExecutor(max_workers=1) as sender:
        pending: Future[None] | None = None
        for batch in _batches(documents):
            if pending is not None:
                pending.result()
            pending = sender.submit(_send, database, name, batch)
            count += len(batch)
            size += sum(map(len, batch))
        if pending is not None:
            pending.result()
    return count, size


def _send(database: Database[dict[str, Any]], name: str, batch: Sequence[bytes]) -> None:
    from bson.raw_bson import RawBSONDocument
    from pymongo.errors import BulkWriteError

    answer = database.command(
        {
            "insert": name,
            "documents": [RawBSONDocument(document) for document in batch],
            "ordered": False,
            "bypassDocumentValidation": True,
            "writeConcern": {"w": 1},
        }
    )
    if errors := answer.get("writeErrors"):
        raise BulkWriteError({"writeErrors": errors})


def _batches(documents: Iterable[bytes]) -> Iterator[Sequence[bytes]]:
    batch: list[bytes] = []
    size = 0
    for document in documents:
        if batch and (size + len(document) > _BATCH_BYTES or len(batch) == _BATCH_DOCUMENTS):
            yield batch
            batch, size = [], 0
        batch.append(document)
        size += len(document)
    if batch:
        yield batch


def _validate(database: Database[dict[str, Any]], collection: Collection) -> None:
    """Count the documents that the validator refuses, as the server itself would."""
    found = next(iter(database.list_collections(filter={"name": collection.name})), None)
    validator: Mapping[str, Any] = {} if found is None else found["options"].get("validator", {})
    if not validator:
        return
    refused = list(database[collection.name].find({"$nor": [validator]}).limit(_SHOWN))
    if refused:
        shown = ", ".join(str(document["_id"]) for document in refused)
        raise Invalid(f"the validator of {collection.name} refuses documents made for it, such as {shown}")
