"""What documents keep a second time, kept true by the writes: counts, subsets and copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from groundplan.logical.model import Reference, Relation
from groundplan.mongo.model import KEY, CopiedFields, Document, EmbeddedDocuments, ValueField
from groundplan.mongo.places import Place, Places, Step
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import (
    Aggregate,
    Bson,
    Command,
    Given,
    Operation,
    Remember,
    UpdateDocuments,
)
from groundplan.mongo.queries.writes.address import Conditions, address, document_filter, equal_to
from groundplan.mongo.queries.writes.context import Context, mark_of
from groundplan.mongo.queries.writes.documents import new_document
from groundplan.mongo.queries.writes.found import ROW, of_kept, target_pairs
from groundplan.mongo.queries.writes.given import GivenRow, reference_values
from groundplan.mongo.queries.writes.references import Copies
from groundplan.plan.types import AttributeType, Timestamp

# Counts


def counts_of(relation: Relation, places: Places) -> tuple[tuple[Reference, str], ...]:
    """Return the references along which a relation's rows are counted, each with the name of the count's field."""
    found = []
    for reference in relation.references:
        path = places.counted(reference.target, of=relation.name, reference=reference.name)
        if path is not None:
            found.append((reference, path.rpartition(".")[2]))
    return tuple(found)


def count_new(row: GivenRow, places: Places, *, unless: str | None = None) -> tuple[UpdateDocuments, ...]:
    """Return what adds a new row to the counts that it belongs to."""
    return tuple(
        replace(
            _counting(reference, field, by=1, values=reference_values(row, reference), each=row.batch, places=places),
            unless=unless,
        )
        for reference, field in counts_of(row.relation, places)
    )


def count_kept(
    relation: Relation, places: Places, *, rows: str, by: int, only: tuple[str, ...] | None = None
) -> tuple[UpdateDocuments, ...]:
    """Return what adds or takes kept rows from the counts that they belong to, one after the other.

    `only` names the references that matter, None for all of them.
    """
    return tuple(
        _counting(
            reference,
            field,
            by=by,
            values={there: Given(rows, member=here) for there, here in target_pairs(reference).items()},
            each=rows,
            places=places,
        )
        for reference, field in counts_of(relation, places)
        if only is None or reference.name in only
    )


def _counting(
    reference: Reference, field: str, *, by: int, values: Mapping[str, Bson], each: str | None, places: Places
) -> UpdateDocuments:
    found = address(places.place(reference.target), equal_to(places, reference.target, values))
    return UpdateDocuments(
        collection=found.collection,
        filter=found.filter,
        update={"$inc": {found.path(field): by}},
        array_filters=found.array_filters,
        each=each,
    )


# Subsets


def subset_new(row: GivenRow, copies: Copies, places: Places) -> tuple[UpdateDocuments, ...]:
    """Return what puts a new row into the subsets that it may belong to, and takes what is then too much."""
    found: list[UpdateDocuments] = []
    for place, subset in places.subsets(row.relation.name):
        reference = places.reference(row.relation.name, subset.reference)
        where = address(place, equal_to(places, place.relation, reference_values(row, reference)))
        document = new_document(subset.document, row, copies=copies)
        pushed: dict[str, Bson] = {
            "$each": (document,),
            "$sort": _sort(subset, relation=row.relation, within=subset.document),
            "$slice": subset.limit,
        }
        found.append(
            UpdateDocuments(
                collection=where.collection,
                filter=where.filter,
                update={"$push": {where.path(subset.name): pushed}},
                array_filters=where.array_filters,
                each=row.batch,
            )
        )
    return tuple(found)


def refresh_subsets(relation: Relation, places: Places, *, rows: str) -> tuple[Operation, ...]:
    """Return what fills the subsets again that kept rows belonged to, from the rows as they are now."""
    found: list[Operation] = []
    for place, subset in places.subsets(relation.name):
        reference = places.reference(relation.name, subset.reference)
        equal, each = of_kept(target_pairs(reference), rows=rows)
        key = single_key(reference)
        name = f"{subset.name}_of_{rows}"
        truth = subset_stages(place, subset, relation, places, matching=equal)
        found.append(Remember(name=name, query=Aggregate(collection=place.collection, stages=truth), each=each))
        where = address(place, equal_to(places, place.relation, {key[1]: Given(name, member=key[1])}))
        found.append(
            UpdateDocuments(
                collection=where.collection,
                filter=where.filter,
                update={"$set": {where.path(subset.name): Given(name, member=subset.name)}},
                each=name,
            )
        )
    return tuple(found)


def subset_stages(
    place: Place, subset: EmbeddedDocuments, relation: Relation, places: Places, *, matching: Mapping[str, Bson]
) -> tuple[Command, ...]:
    """Return the stages that give a `row` with the key and the subset as it should be of each document that matches."""
    if place.steps or places.place(relation.name).steps:
        raise Inexpressible(f"the subset {subset.name} is inside another document")
    here, there = single_key(places.reference(relation.name, subset.reference))
    mark = mark_of(relation)
    holder = places.place(relation.name)
    pipeline: tuple[Command, ...] = (
        *(({"$match": {holder.document.value_field(mark).name: None}},) if mark is not None else ()),
        {"$sort": _sort(subset, relation=relation, within=holder.document)},
        {"$limit": subset.limit},
        {"$project": _shown(subset.document, holder.document)},
    )
    key = places.path(place.relation, there)
    filters = document_filter(place.steps, equal_to(places, place.relation, matching).levels)
    return (
        *(({"$match": filters},) if filters else ()),
        {
            "$lookup": {
                "from": holder.collection,
                "localField": key,
                "foreignField": places.path(relation.name, here),
                "pipeline": pipeline,
                "as": "truth",
            }
        },
        {"$project": {KEY: 0, ROW: {there: f"${key}", subset.name: "$truth"}}},
    )


def single_key(reference: Reference) -> tuple[str, str]:
    """Return the one attribute of a reference and what it equals there; Inexpressible where there are several."""
    own = [
        pair for pair in zip(reference.attributes, reference.target_attributes, strict=True) if _is_own(pair, reference)
    ]
    if len(own) != 1:
        raise Inexpressible(f"{reference.name} points at a key of several attributes")
    return own[0]


def _is_own(pair: tuple[str, str], reference: Reference) -> bool:
    return pair[0] not in reference.agrees


def _sort(subset: EmbeddedDocuments, *, relation: Relation, within: Document) -> Command:
    """Return the order of a subset's rows in a document of theirs; rows alike in it go by a key of one attribute."""
    if subset.order is None:
        return {within.value_field(name).name: 1 for name in relation.primary_key}
    field = within.value_field(subset.order)
    direction = -1 if is_newest_first(field.type) else 1
    order: dict[str, Bson] = {field.name: direction}
    if len(relation.primary_key) == 1 and relation.primary_key[0] != subset.order:
        order[within.value_field(relation.primary_key[0]).name] = direction
    return order


def is_newest_first(type_: AttributeType) -> bool:
    """Tell whether the first rows by an attribute are those with the greatest values."""
    return isinstance(type_, Timestamp)


def _shown(subset: Document, whole: Document) -> Command:
    """Return the projection from a row's document to the one that a subset keeps of it."""
    shown: dict[str, Bson] = {}
    for field in subset.fields:
        if isinstance(field, ValueField):
            shown[field.name] = f"${whole.value_field(field.attribute).name}"
        elif isinstance(field, CopiedFields):
            shown[field.name] = f"${field.name}"
    return shown if KEY in shown else {KEY: 0, **shown}


# Copies


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One place where attributes of referenced rows are copied to."""

    holder: Relation
    reference: Reference
    place: Place
    copied: CopiedFields


def copies_of(relation: str, context: Context) -> Iterator[Copy]:
    """Yield every place where attributes of a relation's rows are copied to, subsets among them."""
    for collection in context.model.collections:
        yield from _copies_in(collection.document, (), collection.name, relation, context)


def _copies_in(
    document: Document, steps: tuple[Step, ...], collection: str, relation: str, context: Context
) -> Iterator[Copy]:
    for field in document.fields:
        if isinstance(field, CopiedFields) and field.relation == relation:
            yield Copy(
                holder=context.relation(document.relation),
                reference=context.places.reference(document.relation, field.reference),
                place=Place(relation=document.relation, collection=collection, steps=steps, document=document),
                copied=field,
            )
        elif isinstance(field, EmbeddedDocuments):
            step = Step(name=field.name, is_array=field.is_many, relation=field.relation)
            yield from _copies_in(field.document, (*steps, step), collection, relation, context)


def follow_copies(
    relation: Relation, changed: frozenset[str], *, rows: str, context: Context
) -> tuple[UpdateDocuments, ...]:
    """Return what brings copies of changed attributes up to date, from rows kept as they are now."""
    found: list[UpdateDocuments] = []
    for copy in copies_of(relation.name, context):
        fields = {field.name: field.attribute for field in copy.copied.fields if field.attribute in changed}
        if not fields:
            continue
        where = address(copy.place, pointing_conditions(copy, rows=rows))
        found.append(
            UpdateDocuments(
                collection=where.collection,
                filter=where.filter,
                update={
                    "$set": {
                        where.path(f"{copy.copied.name}.{name}"): Given(rows, member=attribute)
                        for name, attribute in fields.items()
                    }
                },
                is_many=True,
                array_filters=where.array_filters,
                each=rows,
            )
        )
    return tuple(found)


def pointing_conditions(copy: Copy, *, rows: str) -> Conditions:
    """Return the conditions on what points at the kept row at hand; raises Inexpressible where they are elsewhere."""
    levels: list[dict[str, Bson]] = [{} for _ in range(len(copy.place.steps) + 1)]
    for here, there in zip(copy.reference.attributes, copy.reference.target_attributes, strict=True):
        if here in copy.reference.agrees:
            continue
        try:
            field = copy.place.document.value_field(here)
        except KeyError:
            raise Inexpressible(f"{copy.holder.name}.{here} is not in the document that copies by it") from None
        levels[-1][field.name] = Given(rows, member=there)
    return Conditions(levels=tuple(levels))


def copied_attributes(relation: Relation, context: Context) -> frozenset[str]:
    """Return the attributes of a relation that are copied anywhere."""
    return frozenset(field.attribute for copy in copies_of(relation.name, context) for field in copy.copied.fields)


def after_insert(row: GivenRow, copies: Copies, places: Places) -> tuple[UpdateDocuments, ...]:
    """Return what a new row changes besides."""
    return (*count_new(row, places), *subset_new(row, copies, places))
