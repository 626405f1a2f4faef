"""The MongoDB model: collections, the shape of their documents, and indexes.

Every relation of the logical model lives in one place: in a collection of its own, or inside the documents of another
relation that it references. What is kept in a second place besides (copies, counts) is marked as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from groundplan.base.decisions import Assumption, Decision
from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import BUILT_IN, Origin
from groundplan.plan.expressions import Expression
from groundplan.plan.types import AttributeType

KEY = "_id"
"""The field that every document of a collection is told apart by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueField:
    """One attribute of the document's relation; `groundplan.mongo.representation` says how its type looks in BSON.

    NULL is a field that is not there. `name` is `_id` for a key of one attribute at the top of a document.
    """

    name: str
    attribute: str
    type: AttributeType
    is_optional: bool = False
    is_secret: bool = False
    default: Expression | None = None
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedFields:
    """An extended reference: attributes of the row that `reference` points at, kept in a sub-document beside it.

    `fields` stand for attributes of the referenced relation; its own row stays the truth, and `upkeep` follows it.
    """

    name: str
    reference: str
    relation: str
    fields: tuple[ValueField, ...]
    is_optional: bool
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedDocuments:
    """The rows of `relation` that point at the document's row by `reference`, as an array, or one sub-document.

    `document` leaves out what the reference repeats: its attributes are those of the document around it. `maximum` is
    how many elements an array may have, None where nothing bounds it. `is_whole` is False for a subset (`order` and
    `limit` say of which rows), whose relation has a collection of its own as well.
    """

    name: str
    relation: str
    reference: str
    document: Document
    is_many: bool
    maximum: int | None = None
    is_whole: bool = True
    order: str | None = None
    limit: int | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedRows:
    """A computed field: how many rows of `relation` point at the document's row by `reference`."""

    name: str
    relation: str
    reference: str
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaVersion:
    """The number of the shape that a document has, so that a later shape can be rolled out beside it."""

    name: str
    version: int


DocumentField = ValueField | CopiedFields | EmbeddedDocuments | CountedRows | SchemaVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A row of `relation` and what is kept with it, in the order of the fields."""

    relation: str
    fields: tuple[DocumentField, ...]

    def value_field(self, attribute: str) -> ValueField:
        """Return the field of an attribute of the relation; KeyError where the document leaves it out."""
        for found in self.fields:
            if isinstance(found, ValueField) and found.attribute == attribute:
                return found
        raise KeyError(attribute)

    @property
    def embedded(self) -> Iterator[EmbeddedDocuments]:
        """The documents inside this one, one level down."""
        return (found for found in self.fields if isinstance(found, EmbeddedDocuments))


class KeyKind(Enum):
    """What an index does with one of its keys; the value is the one that `createIndexes` takes."""

    ASCENDING = 1
    DESCENDING = -1
    TEXT = "text"
    SPHERE = "2dsphere"
    HASHED = "hashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexKey:
    """One key of an index: the dotted path of a field (`comments.author_id`, `$**` for a wildcard), and its kind."""

    path: str
    kind: KeyKind = KeyKind.ASCENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index of a collection; `_id`'s own is not listed.

    `where` is a `partialFilterExpression`; `weights` belong to text keys, by path; `serves` names the access patterns,
    references and constraints that the index is there for.
    """

    name: str
    keys: tuple[IndexKey, ...]
    is_unique: bool = False
    where: Mapping[str, object] | None = None
    expire_after_seconds: int | None = None
    weights: tuple[tuple[str, int], ...] = ()
    language: str | None = None
    serves: tuple[str, ...] = field(default=(), compare=False)
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardKey:
    """How a collection is spread over several machines; not proven, because there is no cluster here."""

    keys: tuple[IndexKey, ...]
    is_unique: bool = False


class ValidationLevel(Enum):
    """Which writes a validator looks at."""

    STRICT = "strict"
    MODERATE = "moderate"


class ValidationAction(Enum):
    """What a validator does with a document that breaks a rule."""

    ERROR = "error"
    WARN = "warn"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSeries:
    """The options of a time-series collection; it takes no validator, no unique index and few updates."""

    time_field: str
    meta_field: str | None
    granularity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One collection; `has_other_fields` allows fields that the document does not list."""

    name: str
    document: Document
    checks: tuple[DocumentCheck, ...] = ()
    indexes: tuple[Index, ...] = ()
    shard_key: ShardKey | None = None
    time_series: TimeSeries | None = None
    level: ValidationLevel = ValidationLevel.STRICT
    action: ValidationAction = ValidationAction.ERROR
    has_other_fields: bool = False
    about: str | None = None
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentCheck:
    """A condition that every row of a relation satisfies, by `Local`s with the names of its own fields.

    `path` says where in the document the relation is, `''` at the top; `is_array` whether there are several there.
    """

    relation: str
    name: str | None
    condition: Expression
    path: str = ""
    is_array: bool = False
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveView:
    """A view that shows the documents of `collection` that are not soft-deleted."""

    name: str
    collection: str
    marker: str
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTrail:
    """A collection of the design's own: who changed what in `relation`, and when, written with each change."""

    name: str
    relation: str
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """A collection of the design's own: the last number taken for each of `keys` (`items.id`)."""

    name: str
    keys: tuple[str, ...]
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


OwnCollection = AuditTrail | Counters


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentModel:
    """Everything schema.js creates, a collection after those its documents reference (cycles by name).

    `own` are collections that hold no relation's rows: the compiled writes keep them.
    """

    version: int
    collections: tuple[Collection, ...]
    views: tuple[LiveView, ...] = ()
    own: tuple[OwnCollection, ...] = ()

    def collection(self, name: str) -> Collection:
        """Return the collection of that name; KeyError where there is none."""
        for collection in self.collections:
            if collection.name == name:
                return collection
        raise KeyError(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class MongoDesign:
    """Collections with what was decided on the way, and findings about the plan that only this engine has."""

    model: DocumentModel
    decisions: tuple[Decision, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
