"""Queries that find rows by equal attributes, wherever they are, and give out some of their attributes."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.logical.model import Reference, Relation
from groundplan.mongo.model import KEY
from groundplan.mongo.places import Places
from groundplan.mongo.queries.model import Aggregate, Bson, Command, Find, Given, Query
from groundplan.mongo.queries.writes.address import Conditions, document_filter, equal_to

ROW = "row"
"""The result field of a query whose results are kept: a document of attributes by name."""


def row_query(
    places: Places, relation: str, equal: Mapping[str, Bson], *, fields: Mapping[str, str], limit: int | None = None
) -> Query:
    """Return the query for the rows with equal attributes; `fields` are attributes by the names they get.

    Without fields it only tells whether there are such rows.
    """
    return conditioned_query(places, relation, equal_to(places, relation, equal), fields=fields, limit=limit)


def conditioned_query(
    places: Places, relation: str, conditions: Conditions, *, fields: Mapping[str, str], limit: int | None = None
) -> Query:
    """Return the query for the rows for which conditions hold, level by level."""
    place = places.place(relation)
    if not fields and not place.is_array:
        return Find(
            collection=place.collection,
            filter=document_filter(place.steps, conditions.levels),
            projection={KEY: 1},
            limit=limit,
        )
    if not place.is_array:
        return Find(
            collection=place.collection,
            filter=document_filter(place.steps, conditions.levels),
            projection=_projection({name: places.path(relation, attribute) for name, attribute in fields.items()}),
            limit=limit,
        )
    stages = [*row_stages(places, relation, conditions)]
    stages += [] if limit is None else [{"$limit": limit}]
    shown = {name: f"${places.path(relation, attribute)}" for name, attribute in fields.items()}
    stages.append({"$project": {KEY: 0, **shown} if KEY not in shown else shown} if shown else {"$project": {KEY: 1}})
    return Aggregate(collection=place.collection, stages=tuple(stages))


def row_stages(places: Places, relation: str, conditions: Conditions) -> tuple[Command, ...]:
    """Return the stages that end with one document for each row: its collection's, with arrays unwound to it."""
    place = places.place(relation)
    whole = document_filter(place.steps, conditions.levels)
    stages: list[Command] = [{"$match": whole}] if whole else []
    path = ""
    pending: dict[str, Bson] = {}
    for depth, step in enumerate(place.steps, start=1):
        path = f"{path}.{step.name}" if path else step.name
        if step.is_array:
            stages.append({"$unwind": f"${path}"})
        pending |= {f"{path}.{name}": value for name, value in conditions.levels[depth].items()}
    if place.is_array and pending:
        stages.append({"$match": pending})
    elif place.steps and not place.is_array:
        stages.append({"$match": {path: {"$exists": True}}})
    return tuple(stages)


def of_kept(pairs: Mapping[str, str], *, rows: str, beside: tuple[str, ...] = ()) -> tuple[dict[str, Bson], str | None]:
    """Return attributes with the values that members of the kept `rows` have, and the list to go through for them.

    `pairs` are attributes with the members that they equal. Where there is one, all values are asked for at once, and
    those of the attributes `beside`, which narrow down where to look.
    """
    if len(pairs) == 1:
        ((attribute, member),) = pairs.items()
        around: dict[str, Bson] = {name: {"$in": Given(rows, member=name)} for name in beside}
        return {**around, attribute: {"$in": Given(rows, member=member)}}, None
    return {attribute: Given(rows, member=member) for attribute, member in pairs.items()}, rows


def key_pairs(relation: Relation) -> dict[str, str]:
    """Return a key's attributes as the pairs that find the kept rows themselves."""
    return {name: name for name in relation.primary_key}


def keys_around(relation: Relation, places: Places) -> tuple[str, ...]:
    """Return the attributes of a row inside a document that are the document's own key: it is found by them.

    Nothing where the row has a collection of its own, or its document a key of several attributes.
    """
    embedded = places.embedded(relation.name)
    if embedded is None:
        return ()
    names = places.reference(relation.name, embedded.reference).attributes
    return names if len(names) == 1 and names[0] not in relation.primary_key else ()


def pointing_pairs(reference: Reference) -> dict[str, str]:
    """Return the pairs that find what points at kept rows by a reference."""
    return dict(zip(reference.attributes, reference.target_attributes, strict=True))


def target_pairs(reference: Reference) -> dict[str, str]:
    """Return the pairs that find what kept rows point at by a reference."""
    return dict(zip(reference.target_attributes, reference.attributes, strict=True))


def kept_rows(places: Places, relation: str, conditions: Conditions, *, attributes: tuple[str, ...]) -> Aggregate:
    """Return the query whose results are kept: one `row` for each row, with these attributes by name."""
    place = places.place(relation)
    shown = {name: f"${places.path(relation, name)}" for name in attributes}
    last: Command = {"$project": {KEY: 0, ROW: shown}}
    return Aggregate(collection=place.collection, stages=(*row_stages(places, relation, conditions), last))


def _projection(paths: Mapping[str, str]) -> Command:
    """Return the projection of paths by the names they get; a path of the same name is taken as it is."""
    shown: dict[str, Bson] = {name: 1 if path == name else f"${path}" for name, path in paths.items()}
    return shown if KEY in shown else {KEY: 0, **shown}
