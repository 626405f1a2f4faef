"""The newest rows of something, from the document that keeps them a second time.

A read of the first rows by a time, for one row that they point at, finds them all in that row's document. Its pages
after the first go on in the collection that holds all rows.
"""

from __future__ import annotations

from dataclasses import replace

from groundplan.mongo.model import Collection, CopiedFields, EmbeddedDocuments
from groundplan.mongo.places import Place
from groundplan.mongo.queries.storage import Storage
from groundplan.plan.expressions import Binary, Call, Expression, Operator, Path, paths
from groundplan.plan.patterns import OrderKey, ReadPattern
from groundplan.plan.resolve.functions import ANY_OF
from groundplan.plan.types import Timestamp


def subset_storage(pattern: ReadPattern, conditions: tuple[Expression, ...], *, storage: Storage) -> Storage | None:
    """Return the storage in which rows that are kept a second time are all there are; None where they do not do."""
    limit = pattern.page if pattern.page is not None else pattern.limit
    if limit is None or pattern.group or pattern.latest or pattern.search or pattern.near:
        return None
    relation = storage.relation(pattern.entity)
    own = storage.places.place(relation.name)
    if own.steps:
        return None
    for place, field in storage.places.subsets(relation.name):
        is_small = field.limit is not None and limit <= field.limit
        if is_small and not place.steps and _is_asked_for(pattern, conditions, field, storage):
            return storage.with_collections(_only_subset(own, place, field, storage))
    return None


def _is_asked_for(
    pattern: ReadPattern, conditions: tuple[Expression, ...], field: EmbeddedDocuments, storage: Storage
) -> bool:
    """Tell whether a read asks for the rows of one target, in the order of the subset."""
    reference = storage.places.reference(field.relation, field.reference)
    compared = {_compared(condition, storage) for condition in conditions}
    needed = set(reference.attributes) - set(reference.agrees)
    if None in compared or compared != (needed or set(reference.attributes)):
        return False
    if not pattern.order or field.order is None or not _is_by(pattern.order[0], field, storage):
        return False
    asked = [path for shown in pattern.fields for path in paths(shown.expression)]
    if not all(_is_told(path, field, storage) for path in asked):
        return False
    key = storage.relation(pattern.entity).primary_key
    # Rows alike in the order go by a key of one attribute, in the same direction: so a subset is where a page ends.
    return len(key) == 1 and all(
        _own_attribute(each.expression, storage) in key and each.is_descending is pattern.order[0].is_descending
        for each in pattern.order[1:]
    )


def _is_by(key: OrderKey, field: EmbeddedDocuments, storage: Storage) -> bool:
    attribute = storage.places.relation(field.relation).attribute(field.order or "")
    is_newest = isinstance(attribute.type, Timestamp)
    is_same_way = key.is_descending is is_newest
    return is_same_way and not attribute.is_optional and _own_attribute(key.expression, storage) == field.order


def _compared(condition: Expression, storage: Storage) -> str | None:
    """Return the attribute of the row itself that a condition compares with one value; None for other conditions."""
    match condition:
        case Binary(Operator.EQUAL, Path() as path, value) | Binary(Operator.EQUAL, value, Path() as path):
            is_one = not paths(value) and not (isinstance(value, Call) and value.function == ANY_OF)
            return _own_attribute(path, storage) if is_one else None
        case _:
            return None


def _is_told(path: Path, field: EmbeddedDocuments, storage: Storage) -> bool:
    """Tell whether a document with a subset says what a path ends at, in the row, a copy, or the row it points at."""
    if _own_attribute(path, storage) is not None:
        return True
    parts = storage.parts(path)
    near = storage.nearest(parts[0])
    if len(parts) != 1 or len(near.hops) != 1:
        return False
    reference = storage.step(near.hops[0]).reference
    if reference is not None and reference.name == field.reference:
        return True
    return reference is not None and any(
        isinstance(found, CopiedFields)
        and found.reference == reference.name
        and any(each.attribute == near.attribute for each in found.fields)
        for found in field.document.fields
    )


def _own_attribute(expression: Expression, storage: Storage) -> str | None:
    if not isinstance(expression, Path) or expression.is_many:
        return None
    parts = storage.parts(expression)
    near = storage.nearest(parts[0])
    return near.attribute if len(parts) == 1 and not near.hops else None


def _only_subset(own: Place, place: Place, field: EmbeddedDocuments, storage: Storage) -> tuple[Collection, ...]:
    found: list[Collection] = []
    for collection in storage.places.model.collections:
        if collection.name == place.collection:
            fields = tuple(replace(field, is_whole=True) if each is field else each
                           for each in collection.document.fields)  # fmt: skip
            found.append(replace(collection, document=replace(collection.document, fields=fields)))
        elif collection.name != own.collection:
            found.append(collection)
    return tuple(found)
