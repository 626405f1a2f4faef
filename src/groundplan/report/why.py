"""The decisions behind an object: a table, a column, an index, a constraint or a pattern."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from groundplan.base.decisions import Decision
from groundplan.base.errors import UnknownObject
from groundplan.base.names import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What was decided about an object itself, and the names of its parts that have decisions of their own."""

    object: str
    decisions: tuple[Decision, ...]
    parts: tuple[str, ...]


def why(decisions: Iterable[Decision], name: str) -> Why:
    """Find the decisions behind `name`: an object of the design (`posts.author_id`) or of the plan (`Post.author`).

    A name may leave out what comes before it (`author_id`); every object that ends so is meant. Raises UnknownObject.
    """
    known = tuple(decisions)
    wanted = tuple(name.split("."))
    found = [decision for decision in known if _ends_with(decision.object, wanted) or _is_pinned_at(decision, wanted)]
    parts = {decision.object for decision in known if _holds(decision.object, wanted)}
    if not found and not parts:
        names = {decision.object.partition(".")[2] for decision in known} | {_subject(decision) for decision in known}
        raise UnknownObject(f'the design has no object "{name}"', help=did_you_mean(name, names, kind="objects"))
    return Why(object=name, decisions=tuple(found), parts=tuple(sorted(parts - {found.object for found in found})))


def _ends_with(dotted: str, wanted: tuple[str, ...]) -> bool:
    return tuple(dotted.split("."))[-len(wanted) :] == wanted


def _holds(dotted: str, wanted: tuple[str, ...]) -> bool:
    steps = tuple(dotted.split("."))
    return any(steps[at : at + len(wanted)] == wanted for at in range(len(steps) - len(wanted)))


def _is_pinned_at(decision: Decision, wanted: tuple[str, ...]) -> bool:
    return tuple(decision.pin.split(".")) == wanted or _subject(decision).split(".") == list(wanted)


def _subject(decision: Decision) -> str:
    """Return the plan's words for what was decided about: the pin without its stage and topic."""
    return decision.pin.partition(".")[2].rpartition(".")[0]
