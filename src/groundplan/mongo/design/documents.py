"""From a layout to documents: which fields a document has, and what is inside it."""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.names import snake_case
from groundplan.logical.facts import Facts
from groundplan.logical.model import Reference, Relation, RelationAttribute, RelationKind
from groundplan.mongo.design.layout import Layout
from groundplan.mongo.model import (
    KEY,
    Collection,
    CopiedFields,
    CountedRows,
    Document,
    DocumentField,
    EmbeddedDocuments,
    ValueField,
)
from groundplan.plan.model import Arrow
from groundplan.plan.scope import inverse_name

COPY_SUFFIX = "copy"
SUBSET_PREFIX = "newest"
COUNT_SUFFIX = "count"


def collections_of(layout: Layout, facts: Facts) -> tuple[Collection, ...]:
    """Return a collection for each relation that is not embedded, in the order of the logical model."""
    writer = _Writer(layout, facts)
    return tuple(
        Collection(
            name=relation.name,
            document=writer.document(relation, within=None),
            about=relation.about,
            origin=relation.origin,
        )
        for relation in facts.logical.relations
        if relation.name not in layout.embedded
    )


class _Writer:
    def __init__(self, layout: Layout, facts: Facts) -> None:
        self.layout = layout
        self.facts = facts

    def document(self, relation: Relation, *, within: Reference | None, is_subset: bool = False) -> Document:
        """Return a row's document; `within` is the reference to the row whose document it is inside."""
        left_out = () if within is None else within.attributes
        taken: set[str] = set()
        fields: list[DocumentField] = []
        for attribute in relation.attributes:
            if attribute.name not in left_out:
                is_key = within is None and relation.primary_key == (attribute.name,)
                fields.append(_value_field(attribute, name=KEY if is_key else attribute.name))
                taken.add(attribute.name)
        for reference in relation.references:
            names = self.layout.copies.get((relation.name, reference.name))
            if names is not None and reference is not within:
                fields.append(self._copied(reference, names, taken=taken))
        if not is_subset:
            fields += self._kept(relation, taken=taken)
        return Document(relation=relation.name, fields=tuple(fields))

    def _kept(self, relation: Relation, *, taken: set[str]) -> Iterator[DocumentField]:
        """Return what a row's document keeps of the rows that point at it."""
        for holder, reference in self.facts.references_to[relation.name]:
            side = (holder.name, reference.name)
            word = self._word(holder, reference)
            if self.layout.embedded.get(holder.name) == reference.name:
                yield self._embedded(holder, reference, name=_free(word, taken))
            subset = self.layout.subsets.get(side)
            if subset is not None:
                yield EmbeddedDocuments(
                    name=_free(f"{SUBSET_PREFIX}_{word}", taken),
                    relation=holder.name,
                    reference=reference.name,
                    document=self.document(holder, within=reference, is_subset=True),
                    is_many=True,
                    maximum=subset.limit,
                    is_whole=False,
                    order=subset.order,
                    limit=subset.limit,
                    origin=reference.origin,
                )
            if side in self.layout.counts:
                yield CountedRows(
                    name=_free(f"{word}_{COUNT_SUFFIX}", taken),
                    relation=holder.name,
                    reference=reference.name,
                    origin=reference.origin,
                )

    def _embedded(self, holder: Relation, reference: Reference, *, name: str) -> EmbeddedDocuments:
        is_many = not reference.is_unique
        return EmbeddedDocuments(
            name=name,
            relation=holder.name,
            reference=reference.name,
            document=self.document(holder, within=reference),
            is_many=is_many,
            maximum=int(reference.fanout.max) if is_many and reference.fanout.is_bounded else None,
            origin=reference.origin,
        )

    def _copied(self, reference: Reference, names: tuple[str, ...], *, taken: set[str]) -> CopiedFields:
        target = self.facts.relations[reference.target]
        return CopiedFields(
            name=_free(snake_case(reference.name), taken, otherwise=COPY_SUFFIX),
            reference=reference.name,
            relation=target.name,
            fields=tuple(_value_field(target.attribute(name), name=name) for name in names),
            is_optional=reference.is_optional,
            origin=reference.origin,
        )

    def _word(self, holder: Relation, reference: Reference) -> str:
        """Return what the target calls the rows that point at it: the plan's word for that side, else their name."""
        relationship = self.facts.scope.relationship(reference.relationship)
        if holder.kind is RelationKind.LINK:
            is_near = reference is holder.references[0]
            word = relationship.name if is_near else inverse_name(relationship)
        elif relationship.arrow is Arrow.ONE_TO_MANY:
            word = relationship.name
        else:
            word = inverse_name(relationship)
        return holder.name if word is None else snake_case(word)


def _value_field(attribute: RelationAttribute, *, name: str) -> ValueField:
    return ValueField(
        name=name,
        attribute=attribute.name,
        type=attribute.type,
        is_optional=attribute.is_optional,
        is_secret=attribute.is_secret,
        default=attribute.default,
        about=attribute.about,
        origin=attribute.origin,
    )


def _free(wish: str, taken: set[str], *, otherwise: str | None = None) -> str:
    """Return a name that no other field of the document has, and take it."""
    name = wish if wish not in taken or otherwise is None else f"{wish}_{otherwise}"
    number = 1
    while name in taken:
        number += 1
        name = f"{wish}_{number}"
    taken.add(name)
    return name
