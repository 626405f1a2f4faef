"""Expiry watched: a document whose time has passed is gone within seconds, its neighbour stays."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from groundplan.mongo.model import Collection, DocumentModel, Index
from groundplan.prove.evidence import MONGO, BehaviourEvidence

if TYPE_CHECKING:
    from pymongo.database import Database

BEHAVIOUR = "expiry"

_PATIENCE_SECONDS = 10.0
_LOOK_SECONDS = 0.05
_GONE, _STAYS = "expired", "in time"


@dataclass(frozen=True, slots=True)
class _Watched:
    collection: Collection
    index: Index
    path: str
    seconds: int


def prove_expiry(
    database: Database[dict[str, Any]], model: DocumentModel, commands: Sequence[Mapping[str, object]]
) -> tuple[BehaviourEvidence, ...]:
    """Watch every index that lets documents expire, in an empty database without validators; all at once.

    What is inserted satisfies the index's own condition and has nothing beside the time.
    """
    watched = [
        _Watched(collection, index, index.keys[0].path, index.expire_after_seconds)
        for collection in model.collections
        for index in collection.indexes
        if index.expire_after_seconds is not None and collection.time_series is None
    ]
    indexes = {str(command["createIndexes"]): command for command in commands if "createIndexes" in command}
    start = datetime.now(UTC)
    for each in watched:
        database.command(_only(indexes[each.collection.name], each.index.name))
        database[each.collection.name].insert_many(
            [
                {"_id": f"{_GONE} {each.index.name}", **_at(each, start - timedelta(seconds=each.seconds + 60))},
                {"_id": f"{_STAYS} {each.index.name}", **_at(each, start + timedelta(days=1))},
            ]
        )
    deadline = time.monotonic() + _PATIENCE_SECONDS
    waiting = list(watched)
    took: dict[int, float] = {}
    while waiting and time.monotonic() < deadline:
        for each in list(waiting):
            if _left(database, each) == {_STAYS}:
                took[id(each)] = time.monotonic()
                waiting.remove(each)
        if waiting:
            time.sleep(_LOOK_SECONDS)
    return tuple(_evidence(each, holds=id(each) in took) for each in watched)


def _only(command: Mapping[str, object], name: str) -> dict[str, object]:
    listed = command["indexes"]
    indexes = listed if isinstance(listed, list | tuple) else ()
    return {**command, "indexes": [index for index in indexes if index["name"] == name]}


def _at(watched: _Watched, moment: datetime) -> dict[str, Any]:
    """Return a document with the time at its path, and with what the index's condition asks for."""
    document: dict[str, Any] = {}
    for path, condition in (watched.index.where or {}).items():
        if condition is not None and not isinstance(condition, Mapping):
            _set(document, path, condition)
    _set(document, watched.path, moment)
    return document


def _set(document: dict[str, Any], path: str, value: object) -> None:
    *steps, last = path.split(".")
    holder = document
    for step in steps:
        holder = holder.setdefault(step, {})
    holder[last] = value


def _left(database: Database[dict[str, Any]], watched: _Watched) -> set[str]:
    found = database[watched.collection.name].find({"_id": {"$regex": f" {watched.index.name}$"}}, {"_id": 1})
    return {str(each["_id"]).removesuffix(f" {watched.index.name}") for each in found}


def _evidence(watched: _Watched, *, holds: bool) -> BehaviourEvidence:
    seen = (
        "a document whose time had passed went, one whose time had not stayed"
        if holds
        else f"a document whose time had passed was there after {_PATIENCE_SECONDS:.0f} s"
    )
    return BehaviourEvidence(
        engine=MONGO,
        object=f"{watched.collection.name}.{watched.path}",
        behaviour=BEHAVIOUR,
        holds=holds,
        seen=seen,
        index=watched.index.name,
    )
