"""How a `$lookup` finds rows: by which fields, and out of which arrays."""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.logical.model import Relation
from groundplan.mongo.places import Place
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand
from groundplan.mongo.queries.reads.stages import LookupStage
from groundplan.mongo.queries.storage import Storage


def levels_of(prefix: str, place: Place) -> tuple[str, ...]:
    """Return the paths of the documents down to a place, inside the one at `prefix`."""
    levels = [prefix]
    for step in place.steps:
        levels.append(joined(levels[-1], step.name))
    return tuple(levels)


def joined(prefix: str, name: str) -> str:
    """Return the path of a field inside a document at a path."""
    return f"{prefix}.{name}" if prefix else name


def variable_of(stage: LookupStage, expression: Bson, *, wish: str) -> str:
    """Return `$$name`, by which the pipeline of a `$lookup` knows an expression over the document outside."""
    for name, known in stage.variables.items():
        if known == expression:
            return f"$${name}"
    name = wish if wish[:1].isascii() and wish[:1].islower() else f"v_{wish.lstrip('_')}"
    while name in stage.variables:
        name += "_"
    stage.variables[name] = expression
    return f"$${name}"


def find_by(
    stage: LookupStage,
    relation: Relation,
    matches: Sequence[tuple[Operand, str]],
    *,
    storage: Storage,
    is_live: bool = True,
) -> None:
    """Let a `$lookup` find the rows whose attributes equal operands of the document outside.

    The first that is a field there is compared by `localField`, which an index serves; the others in the pipeline. Rows
    inside arrays are taken out of them, and compared once more.
    """
    places = storage.places
    place = places.place(relation.name)
    stage.source = place.collection
    array_at = next((depth for depth, step in enumerate(place.steps, start=1) if step.is_array), None)
    pending: list[Bson] = []
    guards: dict[str, Bson] = {}
    for operand, attribute in matches:
        path, depth = places.path(relation.name, attribute), places.spot(relation.name, attribute).depth
        is_inside = array_at is not None and depth >= array_at
        if relation.attribute(attribute).is_optional and operand.is_optional:
            guards[path] = {"$ne": None}
        if stage.local is None and operand.path is not None:
            stage.local, stage.foreign = operand.path, path
            if not is_inside:
                continue
        pending.append({"$eq": (f"${path}", variable_of(stage, operand.expression, wish=attribute))})
    if array_at is None and pending:
        stage.stages.append({"$match": {"$expr": pending[0] if len(pending) == 1 else {"$and": tuple(pending)}}})
        pending = []
    inside = ""
    for step in place.steps:
        inside = joined(inside, step.name)
        stage.stages.append({"$unwind": f"${inside}"} if step.is_array else {"$match": {inside: {"$ne": None}}})
    if pending:
        stage.stages.append({"$match": {"$expr": pending[0] if len(pending) == 1 else {"$and": tuple(pending)}}})
    if guards:
        stage.stages.append({"$match": guards})
    mark = storage.mark_of(relation) if is_live else None
    if mark is not None:
        stage.stages.append({"$match": {places.path(relation.name, mark): None}})
