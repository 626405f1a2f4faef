"""Finding the rows of a write first, where a filter cannot say which they are or others follow from them."""

from __future__ import annotations

from groundplan.mongo.model import KEY
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Aggregate, Bson, Command, Remember
from groundplan.mongo.queries.writes.context import Context
from groundplan.mongo.queries.writes.found import ROW, kept_rows, row_stages
from groundplan.mongo.queries.writes.rows import Selection

FOUND = "found"
"""The name under which the rows of a write are kept."""


def find_rows(selection: Selection, *, attributes: tuple[str, ...], context: Context, name: str = FOUND) -> Remember:
    """Return the query that keeps these attributes of the rows that a write is about."""
    if selection.joined:
        raise Inexpressible("it is about rows that other rows decide on")
    places, relation = context.places, selection.relation
    if not selection.tests:
        return Remember(name=name, query=kept_rows(places, relation.name, selection.conditions, attributes=attributes))
    place = places.place(relation.name)
    tests = selection.tests[0] if len(selection.tests) == 1 else {"$and": selection.tests}
    shown: dict[str, Bson] = {each: f"${places.path(relation.name, each)}" for each in attributes}
    stages: tuple[Command, ...] = (
        *row_stages(places, relation.name, selection.conditions),
        {"$match": {"$expr": tests}},
        {"$project": {KEY: 0, ROW: shown}},
    )
    return Remember(name=name, query=Aggregate(collection=place.collection, stages=stages))
