"""What explain leaves out: a join inside the pipeline of a join shows nothing.

The server counts what it examines and the indexes it uses all the same, for all commands together; on a server that
nobody else asks, what is counted while a command runs is the command's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from groundplan.mongo.plans.findings import CollectionRead, PlanFindings

if TYPE_CHECKING:
    from pymongo.database import Database

JOIN = "$lookup"


@dataclass(slots=True)
class Usage:
    """What a command did in all: keys, documents, collections read whole, and the indexes used by collection."""

    keys: int = 0
    documents: int = 0
    whole: int = 0
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)


def joined_collections(pipeline: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the collections that joins read, those inside other joins too, in reading order."""
    return tuple(dict.fromkeys(_joined(pipeline)))


def _joined(pipeline: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for stage in pipeline:
        if JOIN in stage:
            yield str(stage[JOIN]["from"])
            yield from _joined(stage[JOIN].get("pipeline", ()))


@contextmanager
def counting(database: Database[dict[str, Any]], collections: Sequence[str]) -> Iterator[Usage]:
    """Count what happens in the block on a server that nobody else asks; the usage is filled in at its end."""
    usage = Usage()
    uses = _uses(database, collections)
    before = _counted(database)
    yield usage
    after = _counted(database)
    usage.keys, usage.documents, usage.whole = (there - here for here, there in zip(before, after, strict=True))
    for name, counts in _uses(database, collections).items():
        used = tuple(index for index, count in counts.items() if count > uses[name].get(index, 0))
        if used:
            usage.indexes[name] = used


def _counted(database: Database[dict[str, Any]]) -> tuple[int, int, int]:
    metrics = database.client.admin.command("serverStatus", repl=0, locks=0, wiredTiger=0)["metrics"]["queryExecutor"]
    return int(metrics["scanned"]), int(metrics["scannedObjects"]), int(metrics["collectionScans"]["total"])


def _uses(database: Database[dict[str, Any]], collections: Sequence[str]) -> dict[str, dict[str, int]]:
    return {
        name: {
            str(each["name"]): int(each["accesses"]["ops"]) for each in database[name].aggregate([{"$indexStats": {}}])
        }
        for name in collections
    }


def with_usage(findings: PlanFindings, usage: Usage, *, joined: Sequence[str]) -> PlanFindings:
    """Return the findings with a read for each joined collection of which the plan itself shows nothing.

    What was examined beyond what the plan shows is put down to the first of them.
    """
    shown = [_own(read, usage) for read in findings.reads if read.indexes or read.is_whole]
    keys = max(0, usage.keys - sum(read.keys for read in shown))
    documents = max(0, usage.documents - sum(read.documents for read in shown))
    is_scan_left = usage.whole > sum(read.is_whole for read in shown)
    known = {read.collection for read in shown}
    reads = list(shown)
    for name in joined:
        indexes = usage.indexes.get(name, ())
        if name in known or not (indexes or is_scan_left):
            continue
        reads.append(
            CollectionRead(
                node=JOIN,
                collection=name,
                indexes=indexes,
                is_whole=not indexes,
                is_bounded=bool(indexes),
                keys=keys,
                documents=documents,
                kept=documents or keys,
            )
        )
        keys = documents = 0
    return replace(findings, reads=tuple(reads))


def _own(read: CollectionRead, usage: Usage) -> CollectionRead:
    """Return a read without the indexes of joins inside it, which the server tells with its own."""
    own = tuple(index for index in read.indexes if index in usage.indexes.get(read.collection, read.indexes))
    return replace(read, indexes=own)
