"""Explain output walked, in both of its shapes.

Version 1 is a tree of classic stages, for an aggregation a list of stages with such a tree in the first. Version 2 is
of the slot-based engine: the plan as people read it in `queryPlan`, and apart from it slots, where each stage names by
`planNodeId` the node of the plan that it works for (`$lookup` and `$group` may be among these).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from groundplan.mongo.plans.findings import CollectionRead, MemorySort, PlanFindings

_Node = Mapping[str, Any]

_HANDING_ON = frozenset(
    {
        "CACHED_PLAN", "COUNT", "DELETE", "LIMIT", "MULTI_PLAN", "PROJECTION_COVERED", "PROJECTION_DEFAULT",
        "PROJECTION_SIMPLE", "RETURN_KEY", "SKIP", "SORT", "SORT_KEY_GENERATOR", "SUBPLAN", "UPDATE",
    }
)  # fmt: skip
"""Stages that find nothing themselves: what is kept is counted below them."""

_ID_STAGES = frozenset({"IDHACK", "CLUSTERED_IXSCAN"})
"""The server's names for looking up by `_id`: they name no index, and use the one that every collection has."""

_ID_INDEX = "_id_"
_UNBOUNDED = ("[MinKey, MaxKey]", "[MaxKey, MinKey]")

_OF_THE_SERVER = frozenset(
    {"serverInfo", "serverParameters", "$clusterTime", "operationTime", "slotBasedPlan", "queryHash", "planCacheKey"}
)


def read_explain(told: _Node, *, collection: str) -> PlanFindings:
    """Return what an explanation at `executionStats` says of a command on a collection."""
    stages: Sequence[_Node] = told.get("stages", ())
    cursor = next(iter(stages[0].values())) if stages else told
    reads = list(_cursor_reads(cursor, collection))
    sorts = list(_cursor_sorts(cursor))
    returned = int(cursor.get("executionStats", {}).get("nReturned", 0))
    milliseconds = float(cursor.get("executionStats", {}).get("executionTimeMillis", 0))
    spills: list[str] = []
    for stage in stages[1:]:
        name = next(iter(stage))
        if "totalDocsExamined" in stage:
            reads.append(_joined(name, stage[name], stage, loops=returned))
        kept = int(stage.get("nReturned", returned))
        if name == "$sort":
            sorts.append(_sort(stage[name].get("sortKey", {}), stage, entered=returned, kept=kept))
        elif stage.get("usedDisk"):
            spills.append(f"{name} of {returned:,} documents")
        returned = kept
        milliseconds = max(milliseconds, float(stage.get("executionTimeMillisEstimate", 0)))
    spills += [f"sort by {', '.join(sort.key)} of {sort.sorted:,} documents" for sort in sorts if sort.is_spilled]
    return PlanFindings(
        returned=_written(cursor) if _is_write(cursor) else returned,
        reads=tuple(reads),
        sorts=tuple(sorts),
        spills=tuple(spills),
        milliseconds=milliseconds,
        text=json.dumps(_without_server(told), default=str, ensure_ascii=False),
    )


def _cursor_reads(cursor: _Node, collection: str) -> Iterator[CollectionRead]:
    root = cursor.get("executionStats", {}).get("executionStages")
    if root is None:
        return
    plan = cursor.get("queryPlanner", {}).get("winningPlan", {})
    if "queryPlan" in plan:
        yield from _slot_reads(plan["queryPlan"], root, collection)
        return
    stages = list(_stages(root))
    leaves = [stage for stage in stages if _is_leaf(stage)]
    if not leaves:
        return
    yield CollectionRead(
        node=" ".join(dict.fromkeys(str(stage["stage"]) for stage in leaves)),
        collection=collection,
        indexes=_named(leaves),
        is_whole=any(stage["stage"] == "COLLSCAN" for stage in leaves),
        is_bounded=any(_is_bounded(stage) for stage in leaves),
        keys=sum(int(stage.get("keysExamined", 0)) for stage in stages),
        documents=sum(int(stage.get("docsExamined", 0)) for stage in stages),
        kept=_kept(root),
    )


def _slot_reads(plan: _Node, root: _Node, collection: str) -> Iterator[CollectionRead]:
    """Yield the reads of the slot-based engine: of the command's own collection, and one for each `$lookup`."""
    slots = list(_stages(root))
    nodes = list(_stages(plan))
    lookups = [node for node in nodes if node["stage"] == "EQ_LOOKUP"]
    joined = {int(node["planNodeId"]) for node in lookups}
    own = [slot for slot in slots if int(slot.get("planNodeId", 0)) not in joined]
    leaves = [node for node in nodes if _is_leaf(node)]
    found = [node for node in nodes if node["stage"] not in _HANDING_ON and int(node["planNodeId"]) not in joined]
    top = next((int(node["planNodeId"]) for node in found if node["stage"] != "GROUP"), 0)
    yield CollectionRead(
        node=" ".join(dict.fromkeys(str(node["stage"]) for node in leaves)),
        collection=collection,
        indexes=_named(leaves),
        is_whole=any(node["stage"] == "COLLSCAN" for node in leaves),
        is_bounded=any(_is_bounded(node) for node in leaves),
        keys=_slot_keys(own),
        documents=_slot_documents(own),
        kept=next((int(slot["nReturned"]) for slot in slots if slot.get("planNodeId") == top), 0),
    )
    for node in lookups:
        of_node = [slot for slot in slots if slot.get("planNodeId") == node["planNodeId"]]
        strategy = str(node["strategy"])
        documents, keys = _slot_documents(of_node), _slot_keys(of_node)
        outer = next((_number(inner) for inner in _inputs(node)), None)
        loops = next((int(slot["nReturned"]) for slot in slots if slot.get("planNodeId") == outer), 0)
        yield CollectionRead(
            node=f"$lookup {strategy}",
            collection=str(node["foreignCollection"]).partition(".")[2],
            indexes=(str(node["indexName"]),) if node.get("indexName") else (),
            is_whole=strategy in {"HashJoin", "NestedLoopJoin"},
            is_bounded=strategy == "IndexedLoopJoin",
            keys=keys,
            documents=documents,
            kept=documents or keys,
            loops=loops,
        )


def _number(node: _Node) -> int:
    return int(node["planNodeId"])


def _slot_keys(slots: Sequence[_Node]) -> int:
    return sum(int(slot.get("keysExamined", 0)) for slot in slots)


def _slot_documents(slots: Sequence[_Node]) -> int:
    return sum(int(slot.get("numReads", 0)) for slot in slots if slot["stage"] in {"seek", "scan"})


def _joined(name: str, spelled: _Node, stage: _Node, *, loops: int) -> CollectionRead:
    documents, keys = int(stage["totalDocsExamined"]), int(stage["totalKeysExamined"])
    scans = int(stage.get("collectionScans", 0))
    return CollectionRead(
        node=name,
        collection=str(spelled.get("from", "")),
        indexes=tuple(dict.fromkeys(str(index) for index in stage.get("indexesUsed", ()))),
        is_whole=scans > 0,
        is_bounded=scans == 0,
        keys=keys,
        documents=documents,
        kept=documents or keys,
        loops=loops,
    )


def _cursor_sorts(cursor: _Node) -> Iterator[MemorySort]:
    root = cursor.get("executionStats", {}).get("executionStages")
    if root is None:
        return
    plan = cursor.get("queryPlanner", {}).get("winningPlan", {})
    if "queryPlan" not in plan:
        for stage in _stages(root):
            if stage["stage"] == "SORT":
                entered = max((int(inner["nReturned"]) for inner in _inputs(stage)), default=0)
                yield _sort(stage["sortPattern"], stage, entered=entered, kept=int(stage["nReturned"]))
        return
    slots = list(_stages(root))
    for node in _stages(plan["queryPlan"]):
        if node["stage"] == "SORT":
            slot = next((each for each in slots if each["stage"] == "sort" and each["planNodeId"] == _number(node)), {})
            entered = max((int(inner["nReturned"]) for inner in _inputs(slot)), default=0)
            yield _sort(node["sortPattern"], slot, entered=entered, kept=int(slot.get("nReturned", 0)))


def _sort(key: _Node, stage: _Node, *, entered: int, kept: int) -> MemorySort:
    return MemorySort(key=tuple(map(str, key)), sorted=entered, used=kept, is_spilled=bool(stage.get("usedDisk")))


def _is_leaf(stage: _Node) -> bool:
    return ("indexName" in stage and "strategy" not in stage) or stage["stage"] in {"COLLSCAN", *_ID_STAGES}


def _named(leaves: Sequence[_Node]) -> tuple[str, ...]:
    names = (_ID_INDEX if stage["stage"] in _ID_STAGES else stage.get("indexName") for stage in leaves)
    return tuple(dict.fromkeys(str(name) for name in names if name is not None))


def _is_bounded(stage: _Node) -> bool:
    if stage["stage"] in _ID_STAGES:
        return True
    bounds = stage.get("indexBounds")
    if not isinstance(bounds, Mapping):
        return str(stage["stage"]) != "COLLSCAN"
    return any(bound not in _UNBOUNDED for intervals in bounds.values() for bound in intervals)


def _kept(stage: _Node) -> int:
    if stage["stage"] not in _HANDING_ON:
        return int(stage.get("nReturned", 0))
    return sum(map(_kept, _inputs(stage)))


def _stages(node: _Node) -> Iterator[_Node]:
    """Yield a stage and all below it, in reading order."""
    if "stage" in node:
        yield node
    for inner in _inputs(node):
        yield from _stages(inner)


def _inputs(node: _Node) -> Iterator[_Node]:
    for value in node.values():
        if isinstance(value, Mapping) and "stage" in value:
            yield value
        elif isinstance(value, list):
            yield from (inner for inner in value if isinstance(inner, Mapping) and "stage" in inner)


def _is_write(cursor: _Node) -> bool:
    root = cursor.get("executionStats", {}).get("executionStages", {})
    return root.get("stage") in {"UPDATE", "DELETE"}


def _written(cursor: _Node) -> int:
    root = cursor["executionStats"]["executionStages"]
    return int(root.get("nMatched", 0)) + int(root.get("nWouldUpsert", 0)) + int(root.get("nWouldDelete", 0))


def _without_server(value: object) -> object:
    match value:
        case Mapping():
            return {str(name): _without_server(inner) for name, inner in value.items() if name not in _OF_THE_SERVER}
        case list():
            return [_without_server(inner) for inner in value]
        case _:
            return value
