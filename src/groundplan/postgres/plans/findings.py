"""The findings of one executed plan."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexProbe:
    """One index as one scan used it: `searches` descents, `blocks` read, `is_bounded` where a condition bounds it."""

    index: str
    is_bounded: bool
    rows: int
    blocks: int
    searches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One table (or materialized view) as one node of the plan read it, in all loops together.

    `kept` rows went on, `removed` ones were read in vain: by a filter, by a recheck, or found in one index of several.
    `is_sequential` where the table was read from its beginning; a lookup has `probes`. `is_executed` is false where the
    plan never came to it.
    """

    node: str
    table: str
    probes: tuple[IndexProbe, ...]
    kept: int
    removed: int
    loops: int
    blocks: int
    is_sequential: bool

    @property
    def examined(self) -> int:
        """The rows that were looked at."""
        return self.kept + self.removed

    @property
    def is_executed(self) -> bool:
        """Tell whether the plan came to it."""
        return self.loops > 0

    @property
    def is_bounded(self) -> bool:
        """Tell whether a condition bounds what is read of the table."""
        return any(probe.is_bounded for probe in self.probes)


@dataclass(frozen=True, slots=True, kw_only=True)
class SortedRows:
    """A sort: how many rows went in, and how many of them the plan went on with."""

    key: tuple[str, ...]
    sorted: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerTime:
    """A trigger or a foreign key's check that ran, with its calls and milliseconds in all."""

    name: str
    table: str
    calls: int
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFindings:
    """What one execution did. `spills` names the nodes that wrote to temporary files, `text` is the plan in brief.

    `arbiters` are the unique indexes that ON CONFLICT asked; `blocks` counts all blocks found or read.
    """

    scans: tuple[Scan, ...]
    sorts: tuple[SortedRows, ...]
    joins_removed: int
    arbiters: tuple[str, ...]
    spills: tuple[str, ...]
    triggers: tuple[TriggerTime, ...]
    rows: int
    planning_ms: float
    execution_ms: float
    blocks: int
    text: str

    @property
    def examined(self) -> int:
        """The rows looked at in all tables."""
        return sum(scan.examined for scan in self.scans)

    @property
    def indexes(self) -> tuple[str, ...]:
        """The indexes used, in reading order, each once; those the plan never came to are left out."""
        used = [probe.index for scan in self.scans if scan.is_executed for probe in scan.probes]
        return tuple(dict.fromkeys((*used, *self.arbiters)))
