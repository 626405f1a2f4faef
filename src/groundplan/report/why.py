"""The decisions behind an object: a table or collection, a column or field, an index, a constraint or a pattern."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.base.decisions import Decision
from groundplan.base.errors import UnknownObject
from groundplan.base.names import did_you_mean
from groundplan.report.decisions_json import DesignRecord
from groundplan.report.serving import ServedPattern, ServingIndex, is_behind
from groundplan.report.subjects import MONGO_STAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What was decided about an object itself, and the names of its parts that have decisions of their own.

    `indexes` are those of that name, `pattern` the access pattern of that name with what answers it.
    """

    object: str
    decisions: tuple[Decision, ...]
    parts: tuple[str, ...]
    indexes: tuple[ServingIndex, ...] = ()
    pattern: ServedPattern | None = None


def why(record: DesignRecord, name: str) -> Why:
    """Find the decisions behind `name`: an object of the design (`posts.author_id`) or of the plan (`Post.author`).

    A name may leave out what comes before it (`author_id`); every object that ends so is meant, on every engine, and on
    one alone where the name begins with it (`mongo.posts`). Raises UnknownObject.
    """
    known = record.decisions
    wanted = tuple(name.split("."))
    indexes = tuple(index for index in record.indexes if _ends_with(_full_name(index), wanted))
    pattern = _pattern(record, name)
    also = {alias.object for alias in record.aliases if name in (alias.name, f"{MONGO_STAGE}{alias.name}")}
    found = [
        decision
        for decision in known
        if _ends_with(decision.object, wanted)
        or _is_pinned_at(decision, wanted)
        or decision.object in also
        or any(is_behind(decision, index) for index in indexes)
    ]
    parts = {decision.object for decision in known if _holds(decision.object, wanted)}
    if not (found or parts or indexes or pattern):
        names = {decision.object.partition(".")[2] for decision in known} | {_subject(decision) for decision in known}
        names |= {index.name for index in record.indexes}
        names |= {each.name for each in record.patterns} | {alias.name for alias in record.aliases}
        raise UnknownObject(f'the design has no object "{name}"', help=did_you_mean(name, names, kind="objects"))
    return Why(
        object=name,
        decisions=tuple(found),
        parts=tuple(sorted(parts - {found.object for found in found})),
        indexes=indexes,
        pattern=pattern,
    )


def _pattern(record: DesignRecord, name: str) -> ServedPattern | None:
    """Return the access pattern of a name, with the answers of the engine that the name begins with."""
    for pattern in record.patterns:
        if pattern.name == name:
            return pattern
        answers = tuple(answer for answer in pattern.answers if name == f"{answer.engine}.{pattern.name}")
        if answers:
            return replace(pattern, answers=answers)
    return None


def _full_name(index: ServingIndex) -> str:
    """Return the name of an index as decisions name objects: `mongo.posts.posts_slug_key`."""
    return f"{index.engine}.{index.on}.{index.name}"


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
