"""The decisions in words: those that shape the design first, then every one with what was rejected and why."""

from __future__ import annotations

import re

from groundplan.base.decisions import Alternative, Decision
from groundplan.report.blocks import (
    Block,
    Code,
    Fold,
    Grid,
    Inline,
    Item,
    Listing,
    Paragraph,
    Strong,
    Words,
    codes,
    counted,
    joined,
    prose,
    trimmed,
)
from groundplan.report.model import DesignResult
from groundplan.report.serving import NONE, is_behind, serving_indexes
from groundplan.report.subjects import WHOLE, Ruling, Subject, subjects

SHAPING_TOPICS = (
    "link",
    "tie",
    "delete",
    "deferrable",
    "exclusion",
    "soft_delete",
    "unique_among",
    "audit",
    "expiry",
    "search",
    "answer",
    "summaries",
    "latest",
    "extension",
    "placement",
    "count",
    "time_series",
    "shard_key",
)
"""What a reader of a design asks about first; the others (types, keys, checks …) follow one rule throughout."""


def how_to_pin() -> Block:
    """Say how a decision is forced and looked up."""
    return Paragraph(
        (
            "To force a decision, write its pin and another choice under ",
            Code("decisions:"),
            " in the plan. ",
            Code("groundplan why OBJECT"),
            " prints those behind one table, column, index or pattern.",
        )
    )


def shaping_decisions(result: DesignResult) -> Grid | None:
    """Return what shapes the design, and whatever the plan pins; None where nothing does."""
    rows = tuple(
        (_about(subject, ruling), _choice(ruling), prose(ruling.first.reason))
        for subject in subjects(result)
        for ruling in subject.rulings
        if _is_shaping(ruling.first) or ruling.first.is_pinned
    )
    return Grid(header=("about", "decided", "because"), rows=rows) if rows else None


def _is_shaping(decision: Decision) -> bool:
    """Tell whether a decision is among what readers ask about first; that one machine is enough is not."""
    is_one_machine = (decision.topic, decision.choice) == ("shard_key", NONE)
    return decision.topic in SHAPING_TOPICS and not is_one_machine


def indexes(result: DesignResult, *, engine: str) -> Grid | None:
    """Return every index of an engine that no key brings along: what it is, whom it serves and why; None for none."""
    rows = []
    for index in serving_indexes(result):
        if index.engine != engine:
            continue
        reasons = dict.fromkeys(each.reason for each in result.decisions if is_behind(each, index))
        about = (Code(index.name), " on ", Code(index.on))
        rows.append((about, (Code(index.keys),), codes(index.serves), prose(" ".join(reasons))))
    return trimmed(Grid(header=("index", "is", "serves", "because"), rows=tuple(rows))) if rows else None


def decisions_as_lists(result: DesignResult) -> tuple[Block, ...]:
    """Return one fold for each table and pattern, its decisions a list with the alternatives below each."""
    found = subjects(result)
    folds: list[Block] = [
        Fold(summary=_summary(subject), blocks=(Listing(tuple(_item(ruling) for ruling in subject.rulings)),))
        for subject in found
        if subject.is_table
    ]
    others = [subject for subject in found if not subject.is_table]
    if others:
        items = tuple(_item(ruling, about=_owner(subject)) for subject in others for ruling in subject.rulings)
        size = sum(subject.size for subject in others)
        folds.append(
            Fold(summary=(f"Access patterns and the whole: {counted(size, 'decision')}",), blocks=(Listing(items),))
        )
    return tuple(folds)


def _item(ruling: Ruling, *, about: Words = ()) -> Item:
    heading = (*about, ": ", *_heading(ruling)) if about else _heading(ruling)
    return Item((*heading, ". ", *prose(ruling.first.reason)), _below(ruling))


def decisions_as_folds(result: DesignResult) -> tuple[Block, ...]:
    """Return one fold for each table and pattern, with a fold for each decision in it."""
    return tuple(
        Fold(
            summary=_summary(subject),
            kind="subject",
            blocks=tuple(
                Fold(summary=_heading(ruling), kind="decision", blocks=_inside(ruling)) for ruling in subject.rulings
            ),
        )
        for subject in subjects(result)
    )


def _summary(subject: Subject) -> Words:
    return (*_owner(subject), f": {counted(subject.size, 'decision')}")


def _owner(subject: Subject) -> Words:
    return (subject.name,) if subject.name == WHOLE else (Code(subject.name),)


def _about(subject: Subject, ruling: Ruling) -> Words:
    return (*_owner(subject), ": ", *_matter(ruling))


def _matter(ruling: Ruling) -> Words:
    """Say what was decided: `type` of which columns, the `index` of which name."""
    parts = codes(ruling.parts)
    return (ruling.first.topic.replace("_", " "), *((" ", *parts) if parts else ()))


def _choice(ruling: Ruling) -> Words:
    return (_chosen(ruling.first.choice), *((" (pinned by the plan)",) if ruling.first.is_pinned else ()))


def _chosen(choice: str) -> Inline:
    """Return a choice in words as words, and one in SQL as code."""
    return Code(choice) if re.search(r"[_()<>=\[\]']", choice) else Strong(choice)


def _heading(ruling: Ruling) -> Words:
    return (*_matter(ruling), ": ", *_choice(ruling))


def _below(ruling: Ruling) -> tuple[Words, ...]:
    return (*_given(ruling.first), *(_rejected(other) for other in ruling.first.alternatives), _provenance(ruling))


def _inside(ruling: Ruling) -> tuple[Block, ...]:
    found: list[Block] = [Paragraph(prose(ruling.first.reason))]
    facts = (*_given(ruling.first), *(_rejected(other) for other in ruling.first.alternatives))
    if facts:
        found.append(Listing(tuple(Item(words) for words in facts)))
    found.append(Paragraph(_provenance(ruling)))
    return tuple(found)


def _given(decision: Decision) -> tuple[Words, ...]:
    facts = "; ".join(f"{fact.name}: {fact.value}" for fact in decision.inputs)
    return (("given ", *prose(facts)),) if facts else ()


def _rejected(other: Alternative) -> Words:
    cost = prose(f" ({other.cost})") if other.cost else ()
    return ("not ", _chosen(other.choice), ": ", *prose(other.why_not), *cost)


def _provenance(ruling: Ruling) -> Words:
    return (
        "pin ",
        *joined([(Code(decision.pin),) for decision in ruling.decisions]),
        "; rule ",
        Code(ruling.first.rule),
    )
