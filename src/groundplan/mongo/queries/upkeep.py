"""Upkeep of what is kept a second time: queries that find copies, counts and subsets that are not true, and mend them.

The writes keep all of it true. What is changed by hand, or by two programs at one moment, is found and mended here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundplan.logical.model import Reference, Relation
from groundplan.mongo.model import KEY, EmbeddedDocuments
from groundplan.mongo.places import Place, Places
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Aggregate, Bson, Command, Given, UpdateDocuments
from groundplan.mongo.queries.operands import both
from groundplan.mongo.queries.writes.address import Conditions, address
from groundplan.mongo.queries.writes.context import Context, mark_of
from groundplan.mongo.queries.writes.found import ROW, pointing_pairs
from groundplan.mongo.queries.writes.kept import Copy, copies_of, counts_of, subset_stages

DRIFT = "drift"
"""The name under which what is not true is kept."""

TRUTH, KEPT = "truth", "kept"
_FOUND = "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """What is kept under `path` in a collection's documents: how to `find` what is not true, and to `mend` it.

    Each result of `find` is a `row` with what the documents are found by, the `truth` and what is `kept`; `mend` is
    done for each of them. `says` is what ought to hold, in words.
    """

    collection: str
    path: str
    says: str
    find: Aggregate
    mend: UpdateDocuments

    @property
    def name(self) -> str:
        """The collection and the path in it."""
        return f"{self.collection}.{self.path}"


def upkeep_of(context: Context) -> tuple[Upkeep, ...]:
    """Return the upkeep of everything that documents keep a second time, in the order of the relations."""
    found: list[Upkeep] = []
    for relation in context.logical.relations:
        found += [_of_copy(copy, relation, context.places) for copy in copies_of(relation.name, context)]
        found += [
            _of_count(relation, reference, name, context) for reference, name in counts_of(relation, context.places)
        ]
        found += _of_subsets(relation, context.places)
    return tuple(found)


def _of_subsets(relation: Relation, places: Places) -> Iterator[Upkeep]:
    for place, subset in places.subsets(relation.name):
        try:
            yield _of_subset(place, subset, relation, places)
        except Inexpressible:
            continue


# Copies


def _of_copy(copy: Copy, target: Relation, places: Places) -> Upkeep:
    base = _joined(copy.place.path, "")
    own = {here: there for here, there in pointing_pairs(copy.reference).items() if here not in copy.reference.agrees}
    held = {here: f"{base}{copy.place.document.value_field(here).name}" for here in own}
    path = f"{base}{copy.copied.name}"
    lookup = _lookup(
        target,
        pairs={there: held[here] for here, there in own.items()},
        last={
            "$project": {
                KEY: 0,
                **{field.name: f"${places.path(target.name, field.attribute)}" for field in copy.copied.fields},
            }
        },
        places=places,
        is_live=False,
    )
    shown: dict[str, Bson] = {KEY: f"${KEY}", **{here: f"${path_}" for here, path_ in held.items()}}
    find = Aggregate(
        collection=copy.place.collection,
        stages=(
            *_unwinding(copy.place),
            {"$match": {path_: {"$ne": None} for path_ in held.values()}},
            lookup,
            *_differing({"$first": f"${_FOUND}"}, f"${path}", shown),
        ),
    )
    conditions = _here(copy.place, {copy.place.document.value_field(here).name: here for here in own})
    return Upkeep(
        collection=copy.place.collection,
        path=path,
        says=f"{path} holds what {target.name} say: {', '.join(field.name for field in copy.copied.fields)}",
        find=find,
        mend=_mend(copy.place, conditions, copy.copied.name),
    )


# Counts


def _of_count(relation: Relation, reference: Reference, name: str, context: Context) -> Upkeep:
    places = context.places
    place = places.place(reference.target)
    base = _joined(place.path, "")
    path = f"{base}{name}"
    pairs = {here: places.path(reference.target, there) for here, there in pointing_pairs(reference).items()}
    lookup = _lookup(relation, pairs=pairs, last={"$count": "rows"}, places=places, is_live=True)
    target = context.relation(reference.target)
    own = {each.name: each.attribute for each in _value_fields(place, target)}
    shown: dict[str, Bson] = {KEY: f"${KEY}", **{attribute: f"${base}{field}" for field, attribute in own.items()}}
    truth: Bson = {"$ifNull": ({"$first": f"${_FOUND}.rows"}, 0)}
    find = Aggregate(
        collection=place.collection,
        stages=(*_unwinding(place), lookup, *_differing(truth, f"${path}", shown)),
    )
    return Upkeep(
        collection=place.collection,
        path=path,
        says=f"{path} is how many rows of {relation.name} there are",
        find=find,
        mend=_mend(place, _here(place, own), name),
    )


@dataclass(frozen=True, slots=True)
class _Held:
    name: str
    attribute: str


def _value_fields(place: Place, relation: Relation) -> tuple[_Held, ...]:
    """Return the fields that tell a relation's rows apart inside the documents of a place; none at the top."""
    if not place.steps:
        return ()
    held = []
    for attribute in relation.primary_key:
        try:
            held.append(_Held(place.document.value_field(attribute).name, attribute))
        except KeyError:
            continue
    return tuple(held)


# Subsets


def _of_subset(place: Place, subset: EmbeddedDocuments, relation: Relation, places: Places) -> Upkeep:
    stages = subset_stages(place, subset, relation, places, matching={})[:-1]
    shown: dict[str, Bson] = {KEY: f"${KEY}"}
    find = Aggregate(
        collection=place.collection,
        stages=(*stages, *_differing(f"${TRUTH}", f"${subset.name}", shown)),
    )
    return Upkeep(
        collection=place.collection,
        path=subset.name,
        says=f"{subset.name} are the first {subset.limit} rows of {relation.name}",
        find=find,
        mend=_mend(place, _here(place, {}), subset.name),
    )


# Parts of the queries


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _unwinding(place: Place) -> tuple[Command, ...]:
    """Return the stages that give one document for each row of a place."""
    stages: list[Command] = []
    path = ""
    for step in place.steps:
        path = _joined(path, step.name)
        stages.append({"$unwind": f"${path}"} if step.is_array else {"$match": {path: {"$exists": True}}})
    return tuple(stages)


def _lookup(relation: Relation, *, pairs: dict[str, str], last: Command, places: Places, is_live: bool) -> Command:
    """Return the stage that looks rows of a relation up by attributes that equal fields of the document at hand."""
    place = places.place(relation.name)
    variables = {f"key{number}": f"${path}" for number, path in enumerate(pairs.values())}
    tests = [
        {"$eq": (f"${places.path(relation.name, attribute)}", f"$${variable}")}
        for attribute, variable in zip(pairs, variables, strict=True)
    ]
    mark = mark_of(relation) if is_live else None
    pipeline: list[Command] = [*_unwinding(place)]
    is_told = len(pairs) == 1 and not place.is_array
    if not is_told:
        pipeline.append({"$match": {"$expr": both(tests)}})
    if mark is not None:
        pipeline.append({"$match": {places.path(relation.name, mark): None}})
    stage: dict[str, Bson] = {"from": place.collection}
    if len(pairs) == 1:
        ((attribute, path),) = pairs.items()
        stage |= {"localField": path, "foreignField": places.path(relation.name, attribute)}
    if not is_told:
        stage["let"] = variables
    return {"$lookup": {**stage, "pipeline": (*pipeline, last), "as": _FOUND}}


def _differing(truth: Bson, kept: str, shown: dict[str, Bson]) -> tuple[Command, ...]:
    """Return the stages that leave what is not true, as rows."""
    return (
        {"$set": {TRUTH: truth}},
        {"$match": {"$expr": {"$ne": (f"${TRUTH}", kept)}}},
        {"$project": {KEY: 0, ROW: {**shown, TRUTH: f"${TRUTH}", KEPT: kept}}},
    )


def _here(place: Place, members: dict[str, str]) -> Conditions:
    """Return the conditions on the row that a result is about: its document, and in there fields by members."""
    levels: list[dict[str, Bson]] = [{} for _ in range(len(place.steps) + 1)]
    levels[-1] = {name: Given(DRIFT, member=member) for name, member in members.items()}
    levels[0] = {KEY: Given(DRIFT, member=KEY), **levels[0]}
    return Conditions(levels=tuple(levels))


def _mend(place: Place, conditions: Conditions, name: str) -> UpdateDocuments:
    where = address(place, conditions)
    return UpdateDocuments(
        collection=where.collection,
        filter=where.filter,
        update={"$set": {where.path(name): Given(DRIFT, member=TRUTH)}},
        array_filters=where.array_filters,
        each=DRIFT,
    )
