"""The shape of a plan: whether what it reads is in proportion to what it returns, at any size of the tables.

A sample is small, so a plan's time says little about the day the tables are full; its shape does. What is judged, and
against which numbers, stands in the constants below: they are wide enough for filters that keep one row in ten and for
the odd block more, and far below what a missing index costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import ReadPattern, ResolvedPlan
from groundplan.postgres.model import IndexMethod, Schema
from groundplan.postgres.plans import PlanFindings, Scan
from groundplan.postgres.queries.groups import is_grouped
from groundplan.prove.evidence import TableSample
from groundplan.rows.sizes import WHOLE_UP_TO

LARGE_ROWS = WHOLE_UP_TO
"""A table of more declared rows may not be read whole; one of up to so many is read whole faster than by an index."""

MOST_SHARE = 0.5
"""A statement that returns at least this share of a table may read all of it."""

REMOVED_PER_KEPT = 10
REMOVED_ALLOWED = 100
"""A scan may read ten rows for each that it keeps, and a hundred beside: a filter that keeps less wants an index."""

EXAMINED_PER_RETURNED = 20
EXAMINED_ALLOWED = 100
"""A page, a limit or a single row may examine twenty rows of each table for each row returned, and a hundred beside:
to walk an order and join until a page is full is right where one row in twenty joins."""

SORTED_PER_USED = 2
SORTED_ALLOWED = 100
"""A page may sort twice the rows it shows, and a hundred beside: more means that no index gives its order."""

BLOCKS_PER_SEARCH = 6
BLOCKS_PER_ROW = 8
BLOCKS_ALLOWED = 20
"""A b-tree's descent reads its height and a heap block; each row may cost its leaf, its heap block and the blocks of a
value that is stored out of line. More blocks for few rows mean that the index was read through, because its leading
columns are not bound."""

SMALL_SAMPLE = 10_000
"""A table of fewer rows in the sample is rightly read whole, even where the full one is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a plan stands on: declared and loaded rows by table, and which indexes are no b-trees.

    A table that is not in `declared` (an audit trail) is not judged. `groups` are stored answers with a row for each
    group, whose number nothing declares.
    """

    declared: Mapping[str, int]
    loaded: Mapping[str, int]
    unordered: frozenset[str]
    groups: frozenset[str] = frozenset()

    def is_large(self, table: str) -> bool:
        """Tell whether a table is large by declaration."""
        return self.declared.get(table, 0) > LARGE_ROWS

    def is_small_sample(self, table: str) -> bool:
        """Tell whether a large table has so few rows here that the planner may read it whole."""
        return self.is_large(table) and self.loaded.get(table, 0) < SMALL_SAMPLE


def ground_of(
    resolved: ResolvedPlan,
    logical: LogicalModel,
    schema: Schema,
    samples: Sequence[TableSample],
    *,
    stored: Mapping[str, int],
) -> Ground:
    """Return what the plans of a loaded design are judged against.

    `stored` are the rows of each materialized view. One with a row for each row of an entity is as large as its table
    by declaration; one with a row for each group is judged by the groups that are there.
    """
    declared = {sample.table: sample.declared for sample in samples}
    loaded = {sample.table: sample.loaded for sample in samples}
    reads = {pattern.name: pattern for pattern in resolved.patterns if isinstance(pattern, ReadPattern)}
    for view in schema.materialized_views:
        table = schema.of_relation(logical.of_source(reads[view.pattern].entity).name).name
        loaded[view.name] = stored[view.name]
        declared[view.name] = stored[view.name] if is_grouped(reads[view.pattern]) else declared[table]
    return Ground(
        declared=declared,
        loaded=loaded,
        unordered=frozenset(_unordered(schema)),
        groups=frozenset(view.name for view in schema.materialized_views if is_grouped(reads[view.pattern])),
    )


def _unordered(schema: Schema) -> Iterator[str]:
    of_tables = (index for table in schema.tables for index in table.indexes)
    of_views = (index for view in schema.materialized_views for index in view.indexes)
    yield from (index.name for index in (*of_tables, *of_views) if index.method is not IndexMethod.BTREE)
    for table in schema.tables:
        yield from (exclusion.name for exclusion in table.exclusions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a statement has to read beyond what it returns.

    `reads_all_matches` where no index can give matching rows in order (search, nearness, containment, a range beside
    another order) or all matches are summed up; `is_bounded` where the statement returns a page, a limit or one row;
    `gathers` where a returned row holds what many others say.
    """

    reads_all_matches: bool
    is_bounded: bool
    gathers: bool = False


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
        if not found and not needs.gathers:
            found.extend(_out_of_proportion(findings, ground=ground))
    found.extend(Fault(f"spills to disk: {spill}") for spill in findings.spills)
    return tuple(dict.fromkeys(found))


def _out_of_proportion(findings: PlanFindings, *, ground: Ground) -> Iterator[Fault]:
    """Look at all scans together: a join that throws rows away removes none of them in a scan."""
    scans = [scan for scan in findings.scans if scan.is_executed and ground.is_large(scan.table)]
    examined = sum(scan.examined for scan in scans)
    if examined > EXAMINED_PER_RETURNED * max(1, findings.rows) * len(scans) + EXAMINED_ALLOWED:
        most = max(scans, key=lambda scan: scan.examined)
        tables = ", ".join(dict.fromkeys(scan.table for scan in scans))
        yield Fault(f"examines {examined:,} rows of {tables} to return {findings.rows:,}", most.table)


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
        if (
            probe.is_bounded
            and probe.index not in ground.unordered
            and probe.blocks > _allowed_blocks(scan, probe.searches, probe.rows)
        ):
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
    if table in ground.groups:
        return f"reads the {loaded:,} groups of {table} whole"
    return f"reads the {loaded:,} rows of {table} whole: {declared:,} are declared"


def small_samples(findings: PlanFindings, *, ground: Ground) -> tuple[str, ...]:
    """Return the large tables of a plan that have few rows here, in reading order."""
    return tuple(dict.fromkeys(scan.table for scan in findings.scans if ground.is_small_sample(scan.table)))


def early_ends(findings: PlanFindings, *, ground: Ground) -> tuple[str, ...]:
    """Return the large tables that a plan read from the beginning and not to the end: it had its rows before.

    That is a matter of how frequent the values are in the sample, which may be more than they are in the full table.
    """
    return tuple(
        dict.fromkeys(
            scan.table
            for scan in findings.scans
            if scan.is_sequential
            and ground.is_large(scan.table)
            and scan.examined < MOST_SHARE * ground.loaded.get(scan.table, 0)
        )
    )
