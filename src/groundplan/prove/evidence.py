"""Evidence: what a real engine said about a design. `groundplan.report.evidence_json` publishes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

POSTGRES = "postgres"
"""What evidence calls PostgreSQL, as the plan's targets do."""

MONGO = "mongo"
"""What evidence calls MongoDB, as the plan's targets do."""


class Verdict(Enum):
    """What the proof found about one claim."""

    MET = "met"
    MISSED = "missed"
    NOT_PROVEN = "not_proven"


class Equivalence(Enum):
    """Whether both engines give the same rows, or leave the same state; `BOUNDED` within an error that is stated."""

    YES = True
    NO = False
    BOUNDED = "bounded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEvidence:
    """The engine that was asked; `source` tells where its binaries came from."""

    engine: str
    version: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanEvidence:
    """One scan of a plan: how a table was read, and how many rows that examined in all loops."""

    node: str
    table: str
    index: str | None
    rows_examined: int
    rows_removed: int
    loops: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvidence:
    """One execution of a pattern with one kind of parameters (`hot`, `typical`, `absent`)."""

    case: str
    scans: tuple[ScanEvidence, ...]
    rows_returned: int
    rows_examined: int
    spilled_sorts: int
    execution_ms: float
    shared_blocks: int
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternEvidence:
    """What was seen of one access pattern.

    `index` lists the indexes used, comma-separated in reading order, None where none was; `reason` says why a verdict
    is missed or not proven, or why a plan without an index is right. `runs` is how many timings p50 and p95 rest on.
    `equivalent` tells whether the engines agree on it, None where only one was asked; `equivalence` says on what.
    """

    name: str
    engine: str
    shape_verdict: Verdict
    time_verdict: Verdict
    target_ms: float | None
    p50_ms: float | None
    p95_ms: float | None
    index: str | None
    rows_examined: int | None
    rows_returned: int | None
    reason: str | None
    runs: int = 0
    cases: tuple[CaseEvidence, ...] = ()
    equivalent: Equivalence | None = None
    equivalence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstraintEvidence:
    """One constraint and the row that it refused.

    `implied_by` names another constraint that refuses every row this one would. `accepted` tells that the neighbouring
    good row was taken. `is_proven` is true where the row was refused as expected, or is implied.
    """

    engine: str
    object: str
    name: str | None
    column: str | None
    kind: str
    sqlstate: str | None
    refused: bool
    accepted: bool
    implied_by: str | None = None
    reason: str | None = None

    @property
    def is_proven(self) -> bool:
        """Tell whether the claim holds."""
        return (self.refused and self.accepted) or self.implied_by is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviourEvidence:
    """One behaviour exercised on rows: a cascade, a restrict, a soft delete, an audit entry, a touched timestamp.

    `index` names the index that serves the referential action, where one is needed.
    """

    engine: str
    object: str
    behaviour: str
    holds: bool
    seen: str
    index: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaginationEvidence:
    """A walk over all pages, and one while rows were inserted."""

    pattern: str
    engine: str
    pages: int
    rows: int
    is_exactly_once: bool
    rows_inserted_during: int
    is_exactly_once_while_inserting: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionEvidence:
    """A transaction run to its end, and one rolled back half-way that left nothing."""

    name: str
    engine: str
    is_committed: bool
    is_rolled_back_whole: bool
    p50_ms: float | None
    p95_ms: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEvidence:
    """The catalog read back; `differences` is empty where it equals the model."""

    engine: str
    objects_compared: int
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationEvidence:
    """The first migration, applied and reverted."""

    engine: str
    is_up_equal: bool
    is_down_empty: bool
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSample:
    """How many rows of a table, or documents of a collection, the proof worked on, of how many declared."""

    engine: str
    table: str
    declared: int
    loaded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipEvidence:
    """A fan-out that the sample could not keep."""

    relationship: str
    wanted: int
    kept: int
    reason: str


class Recommendation(Enum):
    """The engine that suits a plan best, by what was measured."""

    POSTGRES = "postgres"
    MONGO = "mongo"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternChoice:
    """Both engines' medians of one pattern; `faster` is None where they are too close to tell."""

    name: str
    rate: float
    postgres_p50_ms: float
    mongo_p50_ms: float
    faster: str | None
    equivalent: Equivalence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipEvidence:
    """At `flips_at` times a second instead of `rate` this pattern alone would make engine `to` the better choice."""

    pattern: str
    rate: float
    flips_at: float
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceEvidence:
    """Which engine is recommended, and the numbers behind it.

    `work_ms` is the milliseconds that each engine works in a second of the plan's load, `split_ms` with every pattern
    where it is faster; `price` is what a split would cost in consistency, a sentence each.
    """

    recommendation: Recommendation
    reason: str
    work_ms: tuple[tuple[str, float], ...]
    split_ms: float
    price: tuple[str, ...]
    patterns: tuple[PatternChoice, ...]
    flips: tuple[FlipEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the engines said about one design; each claim names the engine that it was put to.

    `migration` is None where no engine with migrations was asked, `choice` where only one engine was.
    """

    servers: tuple[ServerEvidence, ...]
    scale: float
    seed: int
    samples: tuple[TableSample, ...]
    clips: tuple[ClipEvidence, ...]
    catalogs: tuple[CatalogEvidence, ...]
    migration: MigrationEvidence | None
    constraints: tuple[ConstraintEvidence, ...]
    behaviours: tuple[BehaviourEvidence, ...]
    patterns: tuple[PatternEvidence, ...]
    pagination: tuple[PaginationEvidence, ...]
    transactions: tuple[TransactionEvidence, ...]
    choice: ChoiceEvidence | None = None
