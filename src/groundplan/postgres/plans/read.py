"""EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) read into findings (manual 14.1).

Counts in EXPLAIN are averages per loop; findings hold sums. Buffers of a node include its children's, findings hold
the node's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from groundplan.postgres.plans.findings import IndexProbe, PlanFindings, Scan, SortedRows, TriggerTime

Node = Mapping[str, Any]
"""One node as EXPLAIN prints it; what its keys hold depends on the kind of node."""

_SEQUENTIAL = frozenset({"Seq Scan", "Sample Scan"})
_BY_INDEX = frozenset({"Index Scan", "Index Only Scan"})
_BITMAP_PARTS = frozenset({"Bitmap Index Scan", "BitmapAnd", "BitmapOr"})
_REMOVED = ("Rows Removed by Filter", "Rows Removed by Index Recheck")


def read_findings(explained: object) -> PlanFindings:
    """Read EXPLAIN's JSON, decoded. Raises ValueError where it is none, or was not made with ANALYZE and BUFFERS."""
    root = _root(explained)
    plan = root["Plan"]
    placed = list(_walk(plan))
    return PlanFindings(
        scans=tuple(scan for each in placed if (scan := _scan(each.node)) is not None),
        sorts=tuple(_sort(each) for each in placed if each.node["Node Type"] in ("Sort", "Incremental Sort")),
        joins_removed=sum(_total(each.node, "Rows Removed by Join Filter") for each in placed),
        arbiters=tuple(index for each in placed for index in each.node.get("Conflict Arbiter Indexes", ())),
        spills=tuple(title for each in placed if (title := _spill(each.node)) is not None),
        triggers=tuple(_trigger(found) for found in root.get("Triggers", ())),
        rows=_rows(plan),
        planning_ms=float(root.get("Planning Time", 0.0)),
        execution_ms=float(root["Execution Time"]),
        blocks=_blocks(plan),
        text="\n".join(_brief(each) for each in placed),
    )


def _root(explained: object) -> Mapping[str, Any]:
    match explained:
        case [{"Plan": {"Actual Loops": _}, "Execution Time": _} as root]:
            return cast("Mapping[str, Any]", root)
        case _:
            raise ValueError("not the JSON of EXPLAIN (ANALYZE, BUFFERS)")


@dataclass(frozen=True, slots=True)
class _Placed:
    node: Node
    parent: Node | None
    depth: int


def _walk(node: Node, parent: Node | None = None, depth: int = 0) -> Iterator[_Placed]:
    yield _Placed(node, parent, depth)
    for child in node.get("Plans", ()):
        yield from _walk(child, node, depth + 1)


def _loops(node: Node) -> int:
    return int(node["Actual Loops"])


def _rows(node: Node) -> int:
    return round(float(node["Actual Rows"]) * _loops(node))


def _total(node: Node, key: str) -> int:
    return round(float(node.get(key, 0)) * _loops(node))


def _blocks(node: Node) -> int:
    return int(node.get("Shared Hit Blocks", 0)) + int(node.get("Shared Read Blocks", 0))


def _own_blocks(node: Node) -> int:
    return max(0, _blocks(node) - sum(_blocks(child) for child in node.get("Plans", ())))


def _scan(node: Node) -> Scan | None:
    kind = node["Node Type"]
    if kind in _SEQUENTIAL or kind in _BY_INDEX or kind == "Bitmap Heap Scan" or kind.startswith("Tid"):
        kept, removed = _rows(node), sum(_total(node, key) for key in _REMOVED)
        probes = _probes(node)
        if kind == "Bitmap Heap Scan":
            # Several indexes combined find more entries than rows; the entries that led nowhere were work, too.
            removed += max(0, sum(probe.rows for probe in probes) - kept - removed) if len(probes) > 1 else 0
        return Scan(
            node=kind,
            table=str(node["Relation Name"]),
            probes=probes,
            kept=kept,
            removed=removed,
            loops=_loops(node),
            blocks=_own_blocks(node) + sum(probe.blocks for probe in probes if kind == "Bitmap Heap Scan"),
            is_sequential=kind in _SEQUENTIAL,
        )
    return None


def _probes(node: Node) -> tuple[IndexProbe, ...]:
    if node["Node Type"] in _BY_INDEX:
        return (_probe(node, rows=_rows(node)),)
    if node["Node Type"] != "Bitmap Heap Scan":
        return ()
    return tuple(_probe(part, rows=_rows(part)) for part in _bitmap_scans(node))


def _bitmap_scans(node: Node) -> Iterator[Node]:
    for child in node.get("Plans", ()):
        if child["Node Type"] == "Bitmap Index Scan":
            yield child
        elif child["Node Type"] in _BITMAP_PARTS:
            yield from _bitmap_scans(child)


def _probe(node: Node, *, rows: int) -> IndexProbe:
    return IndexProbe(
        index=str(node["Index Name"]),
        is_bounded="Index Cond" in node,
        rows=rows,
        blocks=_own_blocks(node),
        searches=int(node.get("Index Searches", _loops(node))),
    )


def _sort(placed: _Placed) -> SortedRows:
    node = placed.node
    children = node.get("Plans", ())
    return SortedRows(
        key=tuple(str(key) for key in node.get("Sort Key", ())),
        sorted=_rows(children[0]) if children else _rows(node),
        used=_rows(node),
    )


def _spill(node: Node) -> str | None:
    """Return what a node wrote to temporary files for; None where it did not."""
    kind = str(node["Node Type"])
    if node.get("Sort Space Type") == "Disk" or _has_disk_group(node):
        return f"{kind} by {', '.join(str(key) for key in node.get('Sort Key', ()))}"
    if int(node.get("Hash Batches", 1)) > 1:
        return f"{kind} in {node['Hash Batches']} batches"
    if int(node.get("HashAgg Batches", 0)) > 1 or int(node.get("Disk Usage", 0)) > 0 or node.get("Storage") == "Disk":
        return f"{kind} on disk"
    workers = node.get("Workers", ())
    if any(worker.get("Sort Space Type") == "Disk" for worker in workers):
        return f"{kind} by {', '.join(str(key) for key in node.get('Sort Key', ()))}"
    return None


def _has_disk_group(node: Node) -> bool:
    groups = (node.get("Full-sort Groups", {}), node.get("Pre-sorted Groups", {}))
    return any("Sort Space Disk" in group for group in groups)


def _trigger(found: Mapping[str, Any]) -> TriggerTime:
    return TriggerTime(
        name=str(found.get("Constraint Name") or found["Trigger Name"]),
        table=str(found.get("Relation", "")),
        calls=int(found.get("Calls", 0)),
        milliseconds=float(found.get("Time", 0.0)),
    )


def _brief(placed: _Placed) -> str:
    """Return one line for a node: what it does, to what, how many rows it gave and read in vain."""
    node = placed.node
    words = [str(node["Node Type"])]
    if node.get("Join Type", "Inner") != "Inner":
        words.append(str(node["Join Type"]).lower())
    if "Operation" in node:
        words = [str(node["Operation"])]
    for key, word in (("Index Name", "using"), ("Relation Name", "on"), ("CTE Name", "on"), ("Function Name", "on")):
        if key in node:
            words.append(f"{word} {node[key]}")
    facts = [f"{_rows(node)} rows"]
    removed = sum(_total(node, key) for key in (*_REMOVED, "Rows Removed by Join Filter"))
    if removed:
        facts.append(f"{removed} removed")
    if _loops(node) != 1:
        facts.append(f"{_loops(node)} loops" if _loops(node) else "never run")
    condition = node.get("Index Cond") or node.get("Hash Cond") or node.get("Merge Cond") or node.get("Filter")
    told = f"  {condition}" if condition else ""
    return f"{'  ' * placed.depth}{' '.join(words)} ({', '.join(facts)}){told}"
