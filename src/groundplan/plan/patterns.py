"""Resolved access patterns: what `groundplan.plan.resolve` makes of the plan's, ready for the engines to compile.

Rates are per second (a workload's mix is already applied), targets in milliseconds, distances in metres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import BUILT_IN, Origin
from groundplan.plan.access import Isolation
from groundplan.plan.expressions import Expression, Parameter, Path
from groundplan.plan.model import Plan

DEFAULT_READ_TARGET_MS = 100.0
"""A read without a target of its own is expected within 100 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One named result of a read; a to-many path without an aggregate is an ordered list."""

    name: str
    expression: Expression
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


class NullsOrder(Enum):
    """Where NULLs sort."""

    FIRST = "nulls first"
    LAST = "nulls last"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKey:
    """One sort key; `nulls` is always explicit: last for ascending, first for descending, unless the plan says so."""

    expression: Expression
    is_descending: bool = False
    nulls: NullsOrder = NullsOrder.LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTerm:
    """Full-text search in `members`, by falling weight, for all words of the parameter `words`."""

    members: tuple[Path, ...]
    language: str
    words: Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """Rows whose `attribute` lies within `metres` of `center`, nearest first."""

    attribute: Path
    center: Expression
    metres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestPer:
    """The newest row by `by` for each value of `per`."""

    per: Path
    by: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterValue:
    """How the proof fills a parameter: a frequent value (`is_hot`), or an expression without paths."""

    name: str
    is_hot: bool = False
    value: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """How often and how fast; `rate` is None where nothing says it."""

    rate: float | None
    target_ms: float | None
    is_target_assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPattern:
    """A read, resolved. `order` is total wherever `page` is set: the key was appended where the plan left it out.

    `group` is empty for reads that return rows as they are; else `fields` holds group members and aggregates over the
    rows themselves.
    """

    name: str
    entity: str
    fields: tuple[Field, ...]
    where: Expression | None = None
    order: tuple[OrderKey, ...] = ()
    group: tuple[Expression, ...] = ()
    is_one: bool = False
    page: int | None = None
    limit: int | None = None
    search: SearchTerm | None = None
    near: Nearness | None = None
    latest: LatestPer | None = None
    staleness_seconds: float | None = None
    parameters: tuple[Parameter, ...] = ()
    values: tuple[ParameterValue, ...] = ()
    demand: Demand
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertPattern:
    """An insert; its parameters are the entity's attributes and references that have no default of the engine's."""

    name: str
    entity: str
    batch: int = 1
    values: tuple[ParameterValue, ...] = ()
    demand: Demand
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """`target := value` of an update; `target` has no hops but may be a reference (`attribute` None, one hop)."""

    target: Path
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePattern:
    """An update of the rows where `where` holds."""

    name: str
    entity: str
    where: Expression
    assignments: tuple[Assignment, ...]
    parameters: tuple[Parameter, ...] = ()
    values: tuple[ParameterValue, ...] = ()
    demand: Demand
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpsertPattern:
    """An insert that updates the row with equal `on` instead, where there is one."""

    name: str
    entity: str
    on: tuple[Path, ...]
    batch: int = 1
    values: tuple[ParameterValue, ...] = ()
    demand: Demand
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePattern:
    """A delete; soft where the entity's lifecycle says so."""

    name: str
    entity: str
    where: Expression
    parameters: tuple[Parameter, ...] = ()
    values: tuple[ParameterValue, ...] = ()
    demand: Demand
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawPattern:
    """A statement in an engine's own language, with `:name` parameters; None where an engine has none."""

    name: str
    sql: str | None
    mongo: str | None
    parameters: tuple[Parameter, ...] = ()
    values: tuple[ParameterValue, ...] = ()
    demand: Demand
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


Pattern = ReadPattern | InsertPattern | UpdatePattern | UpsertPattern | DeletePattern | RawPattern


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionPattern:
    """Access patterns that run as one, by name."""

    name: str
    steps: tuple[str, ...]
    isolation: Isolation
    demand: Demand
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCheck:
    """A condition that every row of `entity` satisfies."""

    entity: str
    name: str | None
    condition: Expression
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedDefault:
    """The default of an attribute of an entity, or of a link where `entity` is a relationship's label."""

    entity: str
    attribute: str
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedComputed:
    """What an attribute of an entity follows from."""

    entity: str
    attribute: str
    value: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedUniqueFilter:
    """The condition of the entity's `position`-th `unique` entry."""

    entity: str
    position: int
    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedPlan:
    """A plan whose every formula is an expression; without errors in `diagnostics` it can be designed."""

    plan: Plan
    patterns: tuple[Pattern, ...]
    transactions: tuple[TransactionPattern, ...]
    checks: tuple[ResolvedCheck, ...]
    defaults: tuple[ResolvedDefault, ...]
    unique_filters: tuple[ResolvedUniqueFilter, ...]
    computed: tuple[ResolvedComputed, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
