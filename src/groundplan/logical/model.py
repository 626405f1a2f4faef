"""The logical model: relations with attributes, keys and references, named as both engines will name them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from groundplan.base.decisions import Assumption, Decision
from groundplan.base.origin import BUILT_IN, Origin
from groundplan.plan.expressions import Expression
from groundplan.plan.model import Lifecycle, ReferentialAction
from groundplan.plan.quantities import Growth
from groundplan.plan.types import AttributeType, Distribution


class Role(Enum):
    """Why a relation has an attribute."""

    PLAN = "declared in the plan"
    SURROGATE = "surrogate key"
    REFERENCE = "reference to another relation"
    CREATED_AT = "time of creation"
    UPDATED_AT = "time of the last change"
    DELETED_AT = "time of soft deletion"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationAttribute:
    """One attribute of a relation.

    `name` is folded (`author_id`, `published_at`), `declared` the plan's word for it (`author`, `published_at`; for an
    implicit attribute the same as `name`).
    """

    name: str
    declared: str
    type: AttributeType
    role: Role
    is_optional: bool = False
    is_secret: bool = False
    default: Expression | None = None
    values: Distribution = Distribution()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateKey:
    """Attributes that are unique together, among the rows where `where` holds."""

    attributes: tuple[str, ...]
    where: Expression | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FanoutEstimate:
    """Sources per target, every number known.

    `is_assumed` where the plan gives none, `is_bounded` where it gives a max.
    """

    mean: float
    p50: float
    p99: float
    max: float
    is_assumed: bool
    is_bounded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """`attributes` point at `target_attributes` of `target`.

    `relationship` is the plan's label; the two references of an n:m link carry the same label. `name` is the
    relationship's own word (`author`). `agrees` lists the attributes shared with another reference (`same:`).
    `is_unique` makes it 1:1. `fanout` is how many rows point at one target, `null_share` the share that points at none.
    """

    name: str
    relationship: str
    attributes: tuple[str, ...]
    target: str
    target_attributes: tuple[str, ...]
    is_optional: bool = False
    is_unique: bool = False
    is_deferrable: bool = False
    agrees: tuple[str, ...] = ()
    on_delete: ReferentialAction
    on_update: ReferentialAction
    fanout: FanoutEstimate
    null_share: float = 0.0
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationCheck:
    """A condition over the attributes of one row (`Local`s); `name` is the plan's, or None."""

    name: str | None
    condition: Expression
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationExclusion:
    """No two rows for which every (attribute, operator) pair holds."""

    members: tuple[tuple[str, str], ...]
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


class RelationKind(Enum):
    """What a relation stands for."""

    ENTITY = "entity"
    LINK = "link of an n:m relationship"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowEstimate:
    """How many rows now, and how that grows; `is_assumed` where the plan gives no number."""

    now: int
    growth: Growth | None
    is_assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One relation. `source` is the entity's name, or the label of the n:m relationship it links.

    `candidate_keys` leaves out the primary key.
    """

    name: str
    kind: RelationKind
    source: str
    attributes: tuple[RelationAttribute, ...]
    primary_key: tuple[str, ...]
    candidate_keys: tuple[CandidateKey, ...] = ()
    references: tuple[Reference, ...] = ()
    checks: tuple[RelationCheck, ...] = ()
    exclusions: tuple[RelationExclusion, ...] = ()
    rows: RowEstimate
    lifecycle: Lifecycle = Lifecycle()
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)

    def walked_by(self, reference: Reference) -> str:
        """Return the relationship whose steps follow a reference: its own, or the side of a link (`Post.tags.tag`)."""
        return f"{self.source}.{reference.name}" if self.kind is RelationKind.LINK else reference.relationship

    def attribute(self, name: str) -> RelationAttribute:
        """Return the attribute of that logical name; KeyError where there is none."""
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogicalModel:
    """All relations, a relation after those it references (cycles by name), with what was decided and assumed."""

    relations: tuple[Relation, ...]
    decisions: tuple[Decision, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    def relation(self, name: str) -> Relation:
        """Return the relation of that name; KeyError where there is none."""
        for relation in self.relations:
            if relation.name == name:
                return relation
        raise KeyError(name)

    def of_source(self, source: str) -> Relation:
        """Return the relation of an entity (`Post`) or of an n:m relationship's label (`Post.tags`)."""
        for relation in self.relations:
            if relation.source == source:
                return relation
        raise KeyError(source)
