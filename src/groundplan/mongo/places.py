"""Where things are in the documents: relations, their attributes, and what is kept a second time.

A place is a collection and the steps from the top of its documents down to a relation's rows. An attribute that an
embedded document leaves out is the surrounding document's: `post_id` of a comment inside a post is the post's `_id`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundplan.logical.model import LogicalModel, Reference, Relation
from groundplan.mongo.model import (
    Collection,
    CopiedFields,
    CountedRows,
    Document,
    DocumentModel,
    EmbeddedDocuments,
    ValueField,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step down: the field that holds the documents of `relation`, one of them or an array."""

    name: str
    is_array: bool
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the rows of `relation` live whole: in `collection`, at the end of `steps` from the top."""

    relation: str
    collection: str
    steps: tuple[Step, ...]
    document: Document

    @property
    def path(self) -> str:
        """The dotted path of the rows; `''` at the top."""
        return ".".join(step.name for step in self.steps)

    @property
    def is_array(self) -> bool:
        """Tell whether one document of the collection can hold several of the rows."""
        return any(step.is_array for step in self.steps)


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in a collection's documents: `field` of the document that `depth` of its relation's steps lead to."""

    depth: int
    field: str


class Places:
    """Lookups from relations and attributes to documents, each built once; all of them raise KeyError for strangers."""

    def __init__(self, model: DocumentModel, logical: LogicalModel) -> None:
        self.model = model
        self._relations = {relation.name: relation for relation in logical.relations}
        self._places: dict[str, Place] = {}
        self._around: dict[str, EmbeddedDocuments] = {}
        self._spots: dict[tuple[str, str], Spot] = {}
        for collection in model.collections:
            self._add(collection, collection.document, ())

    def _add(self, collection: Collection, document: Document, steps: tuple[Step, ...]) -> None:
        self._places[document.relation] = Place(
            relation=document.relation, collection=collection.name, steps=steps, document=document
        )
        for inner in document.embedded:
            if inner.is_whole:
                self._around[inner.relation] = inner
                step = Step(name=inner.name, is_array=inner.is_many, relation=inner.relation)
                self._add(collection, inner.document, (*steps, step))

    def place(self, relation: str) -> Place:
        """Return where a relation's rows live whole."""
        return self._places[relation]

    def collection(self, relation: str) -> Collection:
        """Return the collection that a relation's rows live in."""
        return self.model.collection(self._places[relation].collection)

    def embedded(self, relation: str) -> EmbeddedDocuments | None:
        """Return the field that holds a relation's rows whole; None where they have a collection of their own."""
        return self._around.get(relation)

    def spot(self, relation: str, attribute: str) -> Spot:
        """Return where an attribute's value is: in the row's own document, or in one around it."""
        known = self._spots.get((relation, attribute))
        if known is None:
            known = self._spots[relation, attribute] = self._find(relation, attribute)
        return known

    def _find(self, relation: str, attribute: str) -> Spot:
        place = self._places[relation]
        for field in place.document.fields:
            if isinstance(field, ValueField) and field.attribute == attribute:
                return Spot(len(place.steps), field.name)
        around = self._around.get(relation)
        if around is None:
            raise KeyError(attribute)
        reference = self.reference(relation, around.reference)
        held = dict(zip(reference.attributes, reference.target_attributes, strict=True))
        return self.spot(reference.target, held[attribute])

    def path(self, relation: str, attribute: str) -> str:
        """Return the dotted path of an attribute from the top of the collection's documents."""
        spot = self.spot(relation, attribute)
        return ".".join((*(step.name for step in self._places[relation].steps[: spot.depth]), spot.field))

    def reference(self, relation: str, name: str) -> Reference:
        """Return a reference of a relation by its name."""
        for reference in self._relations[relation].references:
            if reference.name == name:
                return reference
        raise KeyError(name)

    def relation(self, name: str) -> Relation:
        """Return the relation of that name."""
        return self._relations[name]

    def copied(self, relation: str, reference: str) -> CopiedFields | None:
        """Return the copies that a relation's documents keep of the rows that a reference points at."""
        for field in self._places[relation].document.fields:
            if isinstance(field, CopiedFields) and field.reference == reference:
                return field
        return None

    def copy_of(self, relation: str, reference: str, attribute: str) -> str | None:
        """Return the dotted path of the copy of a referenced row's attribute; None where none is kept."""
        copied = self.copied(relation, reference)
        for field in () if copied is None else copied.fields:
            if copied is not None and field.attribute == attribute:
                return _joined(self._places[relation].path, copied.name, field.name)
        return None

    def counted(self, relation: str, *, of: str, reference: str) -> str | None:
        """Return the dotted path of the count of the rows of `of` that point at a row; None where none is kept."""
        place = self._places[relation]
        for field in place.document.fields:
            if isinstance(field, CountedRows) and (field.relation, field.reference) == (of, reference):
                return _joined(place.path, field.name)
        return None

    def subsets(self, relation: str) -> Iterator[tuple[Place, EmbeddedDocuments]]:
        """Yield every place that keeps some of a relation's rows a second time, with the field that holds them."""
        for place in self._places.values():
            for field in place.document.embedded:
                if not field.is_whole and field.relation == relation:
                    yield place, field


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)
