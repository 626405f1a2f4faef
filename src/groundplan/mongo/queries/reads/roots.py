"""The rows a read is about: where its pipeline begins, with every condition on them.

What the documents themselves say is asked first, in one `$match` that an index can serve; what has to be looked up
comes after. Rows inside arrays are found by the same conditions on the array, then taken out of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.mongo.languages import index_language
from groundplan.mongo.model import KeyKind
from groundplan.mongo.places import Place
from groundplan.mongo.queries.filters import together
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson, Command, Given, Preparation
from groundplan.mongo.queries.normal_form import condition_form
from groundplan.mongo.queries.reads.formulas import Formulas
from groundplan.mongo.queries.reads.parameters import Parameters
from groundplan.mongo.queries.reads.rows import Rows
from groundplan.mongo.queries.reads.stages import Stage
from groundplan.mongo.queries.storage import Storage
from groundplan.plan.expressions import Expression, Path, conjuncts, paths
from groundplan.plan.patterns import Nearness, ReadPattern, SearchTerm

DISTANCE = "distance"
"""The field with the distance in metres, for reads of what is near."""

_NOT_FOR_SOME = frozenset({"$ne", "$nin", "$not"})
"""Operators that ask something of all elements of an array, not of one."""


def root_formulas(
    pattern: ReadPattern, conditions: tuple[Expression, ...], *, storage: Storage, parameters: Parameters
) -> Formulas:
    """Begin the pipeline of the rows that a read is about. Raises Inexpressible."""
    rows = Rows.of_entity(pattern.entity, storage=storage)
    formulas = Formulas(rows, parameters)
    place = storage.places.place(storage.relation(pattern.entity).name)
    filters: list[Command] = []
    mark = storage.deletion_mark(pattern.entity)
    if mark is not None:
        filters.append({storage.places.path(place.relation, mark): None})
    later: list[Expression] = []
    for condition in conditions:
        if needs_lookup(condition, pattern.entity, storage=storage, parameters=parameters):
            later.append(condition)
        else:
            filters.append(formulas.filter(condition))
    if pattern.search is not None:
        filters.insert(0, _search(pattern.search, place, storage=storage, parameters=parameters))
    if pattern.near is not None:
        rows.stages.append(_nearness(pattern.near, place, filters, formulas))
    else:
        rows.stages.extend(opened(place, filters))
    for condition in later:
        formulas.match(condition)
    return formulas


def conditions_of(pattern: ReadPattern, *, storage: Storage) -> tuple[Expression, ...]:
    """Return the conditions of a read that all have to hold, with rows spelled out as their keys."""
    found = (condition_form(part, storage=storage) for part in conjuncts(pattern.where))
    return tuple(inner for condition in found for inner in conjuncts(condition))


def needs_lookup(condition: Expression, entity: str, *, storage: Storage, parameters: Parameters) -> bool:
    """Tell whether a condition on an entity's rows asks for more than their documents say."""
    trial = Formulas(Rows.of_entity(entity, storage=storage), parameters)
    trial.filter(condition)
    return bool(trial.rows.stages)


def opened(place: Place, filters: list[Command]) -> list[Stage]:
    """Return the stages that find the documents of rows, and take rows out of arrays where they are in some."""
    wanted = together(filters)
    if not place.steps:
        return [{"$match": wanted}] if wanted else []
    array = _array_path(place)
    around, inside = _parted(filters, array) if array is not None else (filters, [])
    below: list[Command] = [each for each in ({_behind(path, array): test for path, test in found.items()}
                                              for found in inside) if _is_of_some(each)]  # fmt: skip
    first = list(around)
    if array is not None and below:
        first.append({array: {"$elemMatch": together(below)}})
    path = ""
    found: list[Stage] = []
    for step in place.steps:
        path = f"{path}.{step.name}" if path else step.name
        if step.is_array:
            found.append({"$unwind": f"${path}"})
        else:
            found.append({"$match": {path: {"$ne": None}}})
    start = together(first)
    whole = together(inside)
    return [*([{"$match": start}] if start else []), *found, *([{"$match": whole}] if whole else [])]


def _array_path(place: Place) -> str | None:
    names: list[str] = []
    for step in place.steps:
        names.append(step.name)
        if step.is_array:
            return ".".join(names)
    return None


def _behind(path: str, array: str | None) -> str:
    return path[len(array or "") + 1 :]


def _parted(filters: list[Command], array: str) -> tuple[list[Command], list[Command]]:
    """Part filters on the documents from those that look into the array, which hold only for what is taken out."""
    around: list[Command] = []
    inside: list[Command] = []
    for each in filters:
        for path, test in each.items():
            is_plain = not path.startswith("$")
            is_around = is_plain and not path.startswith(f"{array}.") and path != array
            (around if is_around else inside).append({path: test})
    return around, inside


def _is_of_some(found: Command) -> bool:
    """Tell whether a filter on an element can be asked of the array: not what denies something of deeper ones."""
    return all(
        path != ""
        and not path.startswith("$")
        and not ("." in path and (test is None or (isinstance(test, Mapping) and set(test) & _NOT_FOR_SOME)))
        for path, test in found.items()
    )


def _search(term: SearchTerm, place: Place, *, storage: Storage, parameters: Parameters) -> Command:
    """Return the text search for all words, which the collection's one text index serves if it is over the same."""
    if place.steps:
        raise Inexpressible("rows inside other documents are not searched on their own")
    if any(member.hops for member in term.members):
        raise Inexpressible("a text search looks into one collection")
    wanted = {storage.places.path(place.relation, part.attribute) for member in term.members
              for part in storage.parts(member)}  # fmt: skip
    for index in storage.places.collection(place.relation).indexes:
        held = {key.path for key in index.keys if key.kind is KeyKind.TEXT}
        if held == wanted and index.language == index_language(term.language):
            parameters.operand(term.words)
            return {"$text": {"$search": Given(term.words.name, Preparation.ALL_WORDS)}}
    raise Inexpressible("a collection has one text index, and it is not over just these attributes in this language")


def _nearness(near: Nearness, place: Place, filters: list[Command], formulas: Formulas) -> Command:
    if place.is_array:
        raise Inexpressible("rows inside other documents are not found by nearness on their own")
    if paths(near.center):
        raise Inexpressible("the place to be near to is known before the query runs")
    operand = formulas.value(_own(near.attribute))
    if operand.path is None:
        raise Inexpressible("a place to be near to is an attribute of the row itself")
    center = formulas.value(near.center)
    where: Bson = center.constant.value if center.constant is not None else center.expression
    query = together(filters)
    found: dict[str, Bson] = {
        "near": where,
        "key": operand.path,
        "distanceField": DISTANCE,
        "maxDistance": float(near.metres),
        "spherical": True,
    }
    if query:
        found["query"] = query
    formulas.rows.names.take(DISTANCE)
    return {"$geoNear": found}


def _own(path: Path) -> Path:
    if path.hops:
        raise Inexpressible("a place to be near to is an attribute of the row itself")
    return path
