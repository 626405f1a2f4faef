"""Filters side by side: how conditions on the same fields become one document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from groundplan.mongo.queries.model import Bson, Command

NOTHING: Command = {"$expr": False}
"""The filter that no document passes."""


def together(filters: Iterable[Command]) -> Command:
    """Return the filter that asks for all of these; conditions on one field stand side by side where they can."""
    found: dict[str, Bson] = {}
    rest: list[Bson] = []
    for each in filters:
        for key, wanted in each.items():
            if key == "$and" and isinstance(wanted, tuple):
                rest += [part for part in wanted if part not in rest]
                continue
            held = found.get(key)
            if key not in found:
                found[key] = wanted
            elif key == "$expr":
                found[key] = {"$and": (*_tests(held), *_tests(wanted))}
            elif _are_apart(held, wanted):
                found[key] = _side_by_side(held, wanted)
            elif held != wanted:
                rest.append({key: wanted})
    if rest:
        found["$and"] = tuple(rest)
    return found


def _tests(test: Bson) -> tuple[Bson, ...]:
    match test:
        case {"$and": tuple() as parts, **rest} if not rest:
            return parts
        case _:
            return (test,)


def _are_apart(held: Bson, wanted: Bson) -> bool:
    """Tell whether two conditions on a field are of different operators."""
    if not isinstance(held, Mapping) or not isinstance(wanted, Mapping):
        return False
    names = [*held, *wanted]
    return all(name.startswith("$") for name in names) and len(set(names)) == len(names) and "$regex" not in names


def _side_by_side(held: Bson, wanted: Bson) -> Command:
    return {**(held if isinstance(held, Mapping) else {}), **(wanted if isinstance(wanted, Mapping) else {})}
