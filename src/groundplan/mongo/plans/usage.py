"""What explain leaves out: joins inside the pipeline of a join show neither their indexes nor what they examine.

The server counts both all the same, for all commands together; on a server that nobody else asks, what is counted
while a command runs is the command's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from groundplan.mongo.plans.findings import CollectionRead, PlanFindings

if TYPE_CHECKING:
    from pymongo.database import Database

NESTED = "$lookup inside $lookup"


@dataclass(slots=True)
class Usage:
    """What a command did in all: keys, documents, collections read whole, and the indexes used by collection."""

    keys: int = 0
    documents: int = 0
    whole: int = 0
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)


def nested_joins(pipeline: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return the collections that joins inside other joins read, in reading order."""
    inner = [stage["$lookup"].get("pipeline", ()) for stage in pipeline if "$lookup" in stage]
    return tuple(dict.fromkeys(name for stages in inner for name in _joined(stages)))


def _joined(pipeline: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for stage in pipeline:
        if "$lookup" in stage:
            yield str(stage["$lookup"]["from"])
            yield from _joined(stage["$lookup"].get("pipeline", ()))


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


def with_nested(findings: PlanFindings, usage: Usage, *, nested: Sequence[str]) -> PlanFindings:
    """Return the findings with a read for each collection that joins inside joins looked into.

    What was examined beyond what the plan shows is put down to the first of them.
    """
    keys = max(0, usage.keys - findings.keys)
    documents = max(0, usage.documents - findings.documents)
    shown_whole = any(read.is_whole for read in findings.reads)
    reads: list[CollectionRead] = []
    for name in nested:
        indexes = usage.indexes.get(name, ())
        is_whole = not indexes and usage.whole > 0 and not shown_whole
        if not indexes and not is_whole:
            continue
        reads.append(
            CollectionRead(
                node=NESTED,
                collection=name,
                indexes=indexes,
                is_whole=is_whole,
                is_bounded=not is_whole,
                keys=keys,
                documents=documents,
                kept=documents or keys,
            )
        )
        keys = documents = 0
    return replace(findings, reads=(*findings.reads, *reads))
