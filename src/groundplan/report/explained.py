"""The decisions in words: those that shape the design first, then every one with what was rejected and why."""

from __future__ import annotations

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
    joined,
)
from groundplan.report.model import DesignResult
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
    "materialized_view",
    "summaries",
    "latest",
    "index",
)
"""What a reader of a design asks about first; the others (types, keys, timestamps …) follow one rule throughout."""


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
        (_about(subject, ruling), _choice(ruling), (_sentence(ruling.first.reason),))
        for subject in subjects(result)
        for ruling in subject.rulings
        if ruling.first.topic in SHAPING_TOPICS or ruling.first.is_pinned
    )
    return Grid(header=("about", "decided", "because"), rows=rows) if rows else None


def decisions_as_lists(result: DesignResult) -> tuple[Block, ...]:
    """Return one fold for each table and pattern, its decisions a list with the alternatives below each."""
    return tuple(
        Fold(
            summary=_summary(subject),
            blocks=(Listing(tuple(Item(_line(ruling), _below(ruling)) for ruling in subject.rulings)),),
        )
        for subject in subjects(result)
    )


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
    name: Inline = subject.name if subject.name == WHOLE else Code(subject.name)
    return (name, f": {subject.size} decision{'' if subject.size == 1 else 's'}")


def _about(subject: Subject, ruling: Ruling) -> Words:
    owner: Words = (subject.name,) if subject.name == WHOLE else (Code(subject.name),)
    return (*owner, ": ", *_matter(ruling))


def _matter(ruling: Ruling) -> Words:
    """Say what was decided: `type` of which columns, the `index` of which name."""
    parts = codes(ruling.parts)
    return (ruling.first.topic.replace("_", " "), *((" ", *parts) if parts else ()))


def _choice(ruling: Ruling) -> Words:
    return (Strong(ruling.first.choice), *((" (pinned by the plan)",) if ruling.first.is_pinned else ()))


def _heading(ruling: Ruling) -> Words:
    return (*_matter(ruling), ": ", *_choice(ruling))


def _line(ruling: Ruling) -> Words:
    return (*_heading(ruling), ". ", _sentence(ruling.first.reason))


def _below(ruling: Ruling) -> tuple[Words, ...]:
    return (*_given(ruling.first), *(_rejected(other) for other in ruling.first.alternatives), _provenance(ruling))


def _inside(ruling: Ruling) -> tuple[Block, ...]:
    found: list[Block] = [Paragraph((_sentence(ruling.first.reason),))]
    facts = (*_given(ruling.first), *(_rejected(other) for other in ruling.first.alternatives))
    if facts:
        found.append(Listing(tuple(Item(words) for words in facts)))
    found.append(Paragraph(_provenance(ruling)))
    return tuple(found)


def _given(decision: Decision) -> tuple[Words, ...]:
    facts = ", ".join(f"{fact.name} {fact.value}" for fact in decision.inputs)
    return ((f"given {facts}",),) if facts else ()


def _rejected(other: Alternative) -> Words:
    cost = f" ({other.cost})" if other.cost else ""
    return ("not ", Strong(other.choice), f": {other.why_not}{cost}")


def _provenance(ruling: Ruling) -> Words:
    lines = tuple(dict.fromkeys(str(decision.origin.line) for decision in ruling.decisions))
    return (
        "pin ",
        *joined([(Code(decision.pin),) for decision in ruling.decisions]),
        "; rule ",
        Code(ruling.first.rule),
        f"; plan line{'' if len(lines) == 1 else 's'} {', '.join(lines)}",
    )


def _sentence(words: str) -> str:
    """Return words with a capital at the start and a full stop at the end."""
    said = words.strip()
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '?', '!')) or not said else '.'}"
