"""What an application asks of the data: access patterns, transactions, their weights, and summaries kept for them.

The `entity` of an access pattern is an entity's name, or the label of an n:m relationship, whose links it means.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from groundplan.base.origin import BUILT_IN, Origin
from groundplan.plan.formula import Formula
from groundplan.plan.quantities import Distance, Duration, Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Full-text search for `:words`, all of which must match, in these attributes by falling weight."""

    members: tuple[str, ...]
    language: str = "english"
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Within `within` of the point that `center` gives, nearest first."""

    attribute: str
    center: Formula
    within: Distance
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The newest row, by attribute `by`, per attribute or relationship `per`."""

    per: str
    by: str
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterHint:
    """How the proof fills a parameter: `hot` takes a frequent value, anything else is a formula."""

    name: str
    value: Formula
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`name: formula` of an update."""

    name: str
    value: Formula
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How often a pattern runs and how fast it must be; None is not said."""

    rate: Rate | None = None
    target: Duration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An access pattern that reads rows of one entity and what hangs on them.

    Empty `fields` means all attributes but secret ones. `is_one` expects at most one row. `page` is a page size
    (keyset pagination), `limit` a bound without pages. `staleness` says how old an answer may be.
    """

    name: str
    entity: str
    fields: tuple[Formula, ...] = ()
    where: Formula | None = None
    order: tuple[Formula, ...] = ()
    group: tuple[Formula, ...] = ()
    is_one: bool = False
    page: int | None = None
    limit: int | None = None
    search: Search | None = None
    near: Near | None = None
    latest: Latest | None = None
    staleness: Duration | None = None
    params: tuple[ParameterHint, ...] = ()
    load: Load = Load()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """An access pattern that adds `batch` rows of an entity at a time."""

    name: str
    entity: str
    batch: int = 1
    params: tuple[ParameterHint, ...] = ()
    load: Load = Load()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An access pattern that sets attributes where a condition holds."""

    name: str
    entity: str
    where: Formula
    settings: tuple[Setting, ...]
    params: tuple[ParameterHint, ...] = ()
    load: Load = Load()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upsert:
    """An access pattern that inserts, or updates the row with the same values of `on`: of a link, its two sides."""

    name: str
    entity: str
    on: tuple[str, ...] = ()
    batch: int = 1
    params: tuple[ParameterHint, ...] = ()
    load: Load = Load()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """An access pattern that deletes, softly where the entity's lifecycle says so."""

    name: str
    entity: str
    where: Formula
    params: tuple[ParameterHint, ...] = ()
    load: Load = Load()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An access pattern in an engine's own language, with `:name` parameters."""

    name: str
    sql: Formula | None = None
    mongo: Formula | None = None
    params: tuple[ParameterHint, ...] = ()
    load: Load = Load()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


AccessPattern = Read | Insert | Update | Upsert | Delete | Raw


class Isolation(Enum):
    """A transaction's isolation level."""

    READ_COMMITTED = "read committed"
    REPEATABLE_READ = "repeatable read"
    SERIALIZABLE = "serializable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """Access patterns that run as one."""

    name: str
    steps: tuple[str, ...]
    isolation: Isolation = Isolation.READ_COMMITTED
    load: Load = Load()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """Weights of access patterns and transactions, as shares of the total."""

    name: str
    weights: tuple[tuple[str, Fraction], ...]
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Rates as shares of one total, in place of a rate per pattern."""

    mixes: tuple[Mix, ...]
    use: str
    total: Rate
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """A summary of `of` per `by` and period, kept for `keep`."""

    name: str
    of: str
    by: tuple[str, ...]
    every: Duration
    at: str
    fields: tuple[Formula, ...]
    keep: Duration | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)
