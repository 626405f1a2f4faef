"""Addresses: from equal attributes of a row to the filter that finds its document, and the path that reaches into it.

A row inside an array is reached by a filtered positional operator (`comments.$[comment].content`), which takes its
conditions from the array filters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from groundplan.base.names import singular
from groundplan.mongo.places import Place, Places, Step
from groundplan.mongo.queries.model import Bson, Command

_NOT_IN_AN_IDENTIFIER = re.compile(r"[^A-Za-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Rows of a relation: `filter` finds the documents, `prefix` leads to the rows inside them (`''` at the top)."""

    collection: str
    filter: Command
    prefix: str = ""
    array_filters: tuple[Command, ...] = ()
    is_element: bool = False

    def path(self, name: str) -> str:
        """Return the path of a field of the rows, as an update takes it."""
        return f"{self.prefix}.{name}" if self.prefix else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What holds for rows, by how deep in the documents it is said: of the document at the top first.

    Each level is a filter on the fields of the document there.
    """

    levels: tuple[dict[str, Bson], ...] = field(default=())


def equal_to(places: Places, relation: str, equal: Mapping[str, Bson]) -> Conditions:
    """Return the conditions under which attributes have these values; a tuple among them is one of several values."""
    levels: tuple[dict[str, Bson], ...] = tuple({} for _ in range(len(places.place(relation).steps) + 1))
    for attribute, value in equal.items():
        spot = places.spot(relation, attribute)
        levels[spot.depth][spot.field] = value
    return Conditions(levels=levels)


def address(place: Place, conditions: Conditions) -> Address:
    """Return the address of the rows at a place for which conditions hold."""
    levels = conditions.levels
    prefix: list[str] = []
    filters: list[Command] = []
    identifiers: list[str] = []
    for depth, step in enumerate(place.steps, start=1):
        if not step.is_array:
            prefix.append(step.name)
            continue
        inner = _merged(place.steps, levels, depth)
        if not inner:
            prefix.append(f"{step.name}.$[]")
            continue
        identifier = _identifier(step, identifiers)
        identifiers.append(identifier)
        filters.append({f"{identifier}.{path}": value for path, value in inner.items()})
        prefix.append(f"{step.name}.$[{identifier}]")
    return Address(
        collection=place.collection,
        filter=document_filter(place.steps, levels),
        prefix=".".join(prefix),
        array_filters=tuple(filters),
        is_element=bool(place.steps) and place.steps[-1].is_array,
    )


def _merged(steps: tuple[Step, ...], levels: tuple[dict[str, Bson], ...], depth: int) -> dict[str, Bson]:
    """Return the conditions on an element of the array at `depth`, with those on sub-documents directly inside it."""
    found = dict(levels[depth])
    path = ""
    for inner, step in enumerate(steps[depth:], start=depth + 1):
        if step.is_array:
            break
        path = f"{path}.{step.name}" if path else step.name
        found |= _prefixed(levels[inner], path)
    return found


def document_filter(steps: tuple[Step, ...], levels: tuple[dict[str, Bson], ...], *, depth: int = 0) -> dict[str, Bson]:
    """Return the filter of the documents that hold a row; several conditions on one array are about one element."""
    found = dict(levels[depth])
    if depth == len(steps):
        return found
    step = steps[depth]
    inner = document_filter(steps, levels, depth=depth + 1)
    if not inner:
        return found
    is_single = len(inner) == 1 and not next(iter(inner)).startswith("$")
    if step.is_array and not (is_single and _is_plain(next(iter(inner.values())))):
        return {**found, step.name: {"$elemMatch": inner}}
    return {**found, **_prefixed(inner, step.name)}


def _is_plain(value: Bson) -> bool:
    """Tell whether a condition says of one element of an array what it says of the array: NULL is not such a one."""
    return value is not None


def _prefixed(conditions: Mapping[str, Bson], path: str) -> dict[str, Bson]:
    return {f"{path}.{name}": value for name, value in conditions.items()}


def _identifier(step: Step, taken: list[str]) -> str:
    """Return a name for an element: letters and digits, the first in lower case (MongoDB manual, arrayFilters)."""
    word = _NOT_IN_AN_IDENTIFIER.sub("", singular(step.name))
    name = word[:1].lower() + word[1:] if word[:1].isascii() and word[:1].isalpha() else "element"
    while name in taken:
        name += "x"
    return name


def element_conditions(address: Address) -> Command | None:
    """Return the conditions on the elements that are the rows, as `$pull` takes them; None for no elements."""
    if not address.is_element or not address.array_filters:
        return None
    last = address.array_filters[-1]
    return {path.split(".", 1)[1]: value for path, value in last.items()}
