"""What each file of a plan says: all stays in the file that declares it, what is new goes into the plan's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from typing import Any

from groundplan.plan.grammar.document import SINGLE_KEYS
from groundplan.plan.model import Plan
from groundplan.plan.yaml.nodes import Mapping
from groundplan.plan.yaml.reader import Document

_NAMES: dict[str, Callable[[Any], str]] = {
    "entities": attrgetter("name"),
    "relationships": attrgetter("label"),
    "access": attrgetter("name"),
    "transactions": attrgetter("name"),
    "rollups": attrgetter("name"),
    "pins": attrgetter("key"),
}
"""The parts of a plan that are declared by name."""

_EMPTY = Plan(name="")
_HELD_IN = {"plan": "name"}


def parts_of(plan: Plan, *, documents: tuple[Document, ...], declared: Plan) -> tuple[Plan, ...]:
    """Return the part of `plan` that each document says; `declared` is the plan that was read from them."""
    files = [document.source.file for document in documents]
    homes = {
        (part, name_of(thing)): thing.origin.file
        for part, name_of in _NAMES.items()
        for thing in getattr(declared, part)
    }
    singles = {key: _home(key, documents) for key in SINGLE_KEYS}
    return tuple(_part(plan, file, own=files[0], homes=homes, singles=singles) for file in files)


def _home(key: str, documents: tuple[Document, ...]) -> str:
    """Return the file that says a key of which there is one."""
    said = (one.source.file for one in documents if isinstance(one.root, Mapping) and one.root.entry(key))
    return next(said, documents[0].source.file)


def _part(plan: Plan, file: str, *, own: str, homes: dict[tuple[str, str], str], singles: dict[str, str]) -> Plan:
    held: dict[str, Any] = {
        part: tuple(thing for thing in getattr(plan, part) if homes.get((part, name_of(thing)), own) == file)
        for part, name_of in _NAMES.items()
    }
    for key in (key for key, home in singles.items() if home == file):
        attribute = _HELD_IN.get(key, key)
        held[attribute] = getattr(plan, attribute)
    return replace(_EMPTY, **held)


def in_name_order(plan: Plan) -> Plan:
    """Return the plan with its declarations in the order of their names: their own order means nothing."""
    ordered: dict[str, Any] = {
        part: tuple(sorted(getattr(plan, part), key=name_of)) for part, name_of in _NAMES.items()
    }
    return replace(plan, **ordered)
