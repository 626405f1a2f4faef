"""The plan: what a person says about the data and its use, before any design.

Formulas (`where`, `checks`, computed attributes …) are kept as text with their place; `groundplan.plan.resolve` turns
them into `groundplan.plan.expressions`. Names are the plan's own, never folded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from groundplan.base.origin import BUILT_IN, Origin
from groundplan.plan.access import AccessPattern, Rollup, Transaction, Workload
from groundplan.plan.formula import Formula
from groundplan.plan.quantities import Duration, Fanout, Volume
from groundplan.plan.types import AttributeType, Distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A fact about an entity (or about a link of an n:m relationship).

    `default` is a formula without paths (`'draft'`, `now()`, `{}`): enum words and JSON stand as the plan writes them.
    `computed` is derived from other attributes or across relationships.
    """

    name: str
    type: AttributeType
    is_optional: bool = False
    is_unique: bool = False
    is_secret: bool = False
    default: Formula | None = None
    computed: Formula | None = None
    values: Distribution = Distribution()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


class DeletePolicy(Enum):
    """What deleting means: `hard` removes the row, `soft` marks it."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Rows older than `keep`, counted from attribute `by`, go."""

    keep: Duration
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """How rows of an entity live and die; None is not said.

    `expires` names the timestamp after which a row is gone, `has_audit` asks for an audit trail, `has_history` for
    versions.
    """

    delete: DeletePolicy | None = None
    has_audit: bool = False
    has_history: bool = False
    retain: Retention | None = None
    expires: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueTogether:
    """Attributes or n:1 relationships that are unique together, where `where` holds."""

    members: tuple[str, ...]
    where: Formula | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCheck:
    """A condition that every row satisfies; `name` is None where the plan gives a list."""

    name: str | None
    formula: Formula
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """No two rows for which every pair of (member, operator) holds: `{room: "=", during: "&&"}`."""

    members: tuple[tuple[str, str], ...]
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


class NormalForm(Enum):
    """A normal form that an entity's relations must reach."""

    FIRST = "1NF"
    SECOND = "2NF"
    THIRD = "3NF"
    BOYCE_CODD = "BCNF"
    FOURTH = "4NF"
    FIFTH = "5NF"


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalFormWish:
    """The normal form asked for; `because` makes a lower one a deliberate denormalization."""

    form: NormalForm
    because: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionalDependency:
    """`determinant -> dependent`."""

    determinant: tuple[str, ...]
    dependent: tuple[str, ...]
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MultivaluedDependency:
    """`determinant ->> dependent`."""

    determinant: tuple[str, ...]
    dependent: tuple[str, ...]
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinDependency:
    """`join: [a, b], [b, c]`: the relation equals the join of these projections."""

    parts: tuple[tuple[str, ...], ...]
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


Dependency = FunctionalDependency | MultivaluedDependency | JoinDependency


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A kind of thing; `key` is its natural key, empty for a surrogate by the plan's conventions."""

    name: str
    attributes: tuple[Attribute, ...] = ()
    key: tuple[str, ...] = ()
    rows: Volume = Volume()
    lifecycle: Lifecycle = Lifecycle()
    unique: tuple[UniqueTogether, ...] = ()
    checks: tuple[NamedCheck, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    normal_form: NormalFormWish | None = None
    tenant: str | None = None
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


class Arrow(Enum):
    """DBML's arrows: how many sources and targets a relationship joins."""

    MANY_TO_ONE = ">"
    ONE_TO_MANY = "<"
    ONE_TO_ONE = "-"
    MANY_TO_MANY = "<>"


class ReferentialAction(Enum):
    """What happens to the source when its target is deleted or its key changes."""

    NO_ACTION = "no action"
    RESTRICT = "restrict"
    CASCADE = "cascade"
    SET_NULL = "set null"
    SET_DEFAULT = "set default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """`source.name ARROW target`, as written; more than one target makes it polymorphic.

    `is_optional` is the `?` after the target. `fanout` counts targets per source, `inverse_fanout` sources per target.
    `same` names another relationship that source and target must agree on. `attributes` belong to an n:m link.
    """

    source: str
    name: str
    arrow: Arrow
    targets: tuple[str, ...]
    is_optional: bool = False
    inverse: str | None = None
    fanout: Fanout = Fanout()
    inverse_fanout: Fanout = Fanout()
    on_delete: ReferentialAction | None = None
    on_update: ReferentialAction | None = None
    same: str | None = None
    attributes: tuple[Attribute, ...] = ()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)

    @property
    def label(self) -> str:
        """`Post.author`."""
        return f"{self.source}.{self.name}"


class KeyKind(Enum):
    """What a surrogate key is made of."""

    UUID = "uuid"
    IDENTITY = "identity"


class Number(Enum):
    """The grammatical number of relation names."""

    PLURAL = "plural"
    SINGULAR = "singular"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """What holds for every entity unless it says otherwise."""

    keys: KeyKind = KeyKind.UUID
    has_timestamps: bool = True
    names: Number = Number.PLURAL
    normal_form: NormalForm = NormalForm.BOYCE_CODD


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The engines designed for, by major version; None is not wanted."""

    postgres: int | None = None
    mongo: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A decision that the plan forces: the key that a decision shows, and the choice."""

    key: str
    choice: str
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole plan; the order of independent declarations is kept for people and means nothing."""

    name: str
    about: str | None = None
    targets: Targets = Targets()
    entities: tuple[Entity, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    access: tuple[AccessPattern, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    workload: Workload | None = None
    rollups: tuple[Rollup, ...] = ()
    pins: tuple[Pin, ...] = ()
    conventions: Conventions = Conventions()
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)
