"""The shape of a plan: whether what it reads is in proportion to what it returns, at any size of the tables.

A sample is small, so a plan's time says little about the day the tables are full; its shape does. What is judged, and
against which numbers, stands in the constants below: they are wide enough for filters that keep one row in ten and for
the odd block more, and far below what a missing index costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from groundplan.postgres.plans import PlanFindings, Scan
from groundplan.rows.sizes import WHOLE_UP_TO

LARGE_ROWS = WHOLE_UP_TO
"""A table of more declared rows may not be read whole; one of up to so many is read whole faster than by an index."""

MOST_SHARE = 0.5
"""A statement that returns at least this share of a table may read all of it."""

REMOVED_PER_KEPT = 10
REMOVED_ALLOWED = 100
"""A scan may read ten rows for each that it keeps, and a hundred beside: a filter that keeps less wants an index."""

SORTED_PER_USED = 2
SORTED_ALLOWED = 100
"""A page may sort twice the rows it shows, and a hundred beside: more means that no index gives its order."""

BLOCKS_PER_SEARCH = 6
BLOCKS_PER_ROW = 3
BLOCKS_ALLOWED = 20
"""A b-tree's descent reads its height and a heap block; each row may cost its heap block, its leaf and an overflow.
More blocks for few rows mean that the index was read through, because its leading columns are not bound."""

SMALL_SAMPLE = 10_000
"""A table of fewer rows in the sample is rightly read whole, even where the full one is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a plan stands on: declared and loaded rows by table, and which indexes are b-trees.

    A table that is not in `declared` (an audit trail) is not judged.
    """

    declared: Mapping[str, int]
    loaded: Mapping[str, int]
    btrees: frozenset[str]

    def is_large(self, table: str) -> bool:
        """Tell whether a table is large by declaration."""
        return self.declared.get(table, 0) > LARGE_ROWS

    def is_small_sample(self, table: str) -> bool:
        """Tell whether a large table has so few rows here that the planner may read it whole."""
        return self.is_large(table) and self.loaded.get(table, 0) < SMALL_SAMPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a statement has to read beyond what it returns.

    `reads_all_matches` where no index can give matching rows in order (search, nearness, containment, a range beside
    another order) or all matches are summed up; `is_bounded` where the statement returns a page, a limit or one row.
    """

    reads_all_matches: bool
    is_bounded: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a plan's shape, in words that name the table; `table` is None for what no scan is to blame."""

    words: str
    table: str | None = None


def faults(findings: PlanFindings, *, ground: Ground, needs: Needs) -> tuple[Fault, ...]:
    """Return what is wrong with a plan's shape; nothing where all is in proportion."""
    found: list[Fault] = []
    for scan in findings.scans:
        if scan.is_executed and ground.is_large(scan.table):
            words = _fault_of_scan(scan, findings=findings, ground=ground)
            found.extend([] if words is None else [Fault(words, scan.table)])
    if needs.is_bounded and not needs.reads_all_matches:
        found.extend(
            Fault(f"sorts {sort.sorted:,} rows to use {sort.used:,}: no index gives the order {', '.join(sort.key)}")
            for sort in findings.sorts
            if sort.sorted > SORTED_PER_USED * max(sort.used, findings.rows) + SORTED_ALLOWED
        )
    found.extend(Fault(f"spills to disk: {spill}") for spill in findings.spills)
    return tuple(dict.fromkeys(found))


def _fault_of_scan(scan: Scan, *, findings: PlanFindings, ground: Ground) -> str | None:
    declared, loaded = ground.declared[scan.table], ground.loaded.get(scan.table, 0)
    returns_most = findings.rows >= MOST_SHARE * loaded
    if scan.is_sequential and not returns_most:
        return f"reads {scan.table} from its beginning: {scan.examined:,} rows here, {declared:,} when it is full"
    if not scan.is_bounded and not returns_most and _is_read_whole(scan, loaded=loaded):
        return f"reads all of {scan.table} by {_names(scan)}: {scan.examined:,} rows here, {declared:,} when it is full"
    if scan.removed > REMOVED_PER_KEPT * scan.kept + REMOVED_ALLOWED:
        return f"examines {scan.examined:,} rows of {scan.table} to keep {scan.kept:,}"
    for probe in scan.probes:
        if probe.index in ground.btrees and probe.blocks > _allowed_blocks(scan, probe.searches, probe.rows):
            return (
                f"reads {probe.blocks:,} blocks of {probe.index} to find {scan.kept:,} rows of {scan.table}: "
                f"its leading columns are not bound"
            )
    return None


def _is_read_whole(scan: Scan, *, loaded: int) -> bool:
    return scan.examined >= MOST_SHARE * loaded * scan.loops


def _allowed_blocks(scan: Scan, searches: int, rows: int) -> int:
    descents = max(scan.loops, min(searches, scan.loops + rows))
    return BLOCKS_ALLOWED + BLOCKS_PER_SEARCH * descents + BLOCKS_PER_ROW * max(rows, scan.examined)


def _names(scan: Scan) -> str:
    return ", ".join(probe.index for probe in scan.probes) or "its blocks"


def whole_reads(findings: PlanFindings, *, ground: Ground) -> tuple[str, ...]:
    """Return, in words, the tables that a plan reads whole and may."""
    found: dict[str, None] = {}
    for scan in findings.scans:
        if scan.is_executed and scan.is_sequential and scan.table in ground.declared:
            found.setdefault(_why_whole(scan, findings=findings, ground=ground))
    return tuple(found)


def _why_whole(scan: Scan, *, findings: PlanFindings, ground: Ground) -> str:
    table, loaded, declared = scan.table, ground.loaded.get(scan.table, 0), ground.declared[scan.table]
    if ground.is_large(table):
        return f"reads {table} whole: it returns {findings.rows:,} of its {loaded:,} rows"
    return f"reads the {loaded:,} rows of {table} whole: {declared:,} are declared"


def small_samples(findings: PlanFindings, *, ground: Ground) -> tuple[str, ...]:
    """Return the large tables of a plan that have few rows here, in reading order."""
    return tuple(dict.fromkeys(scan.table for scan in findings.scans if ground.is_small_sample(scan.table)))
