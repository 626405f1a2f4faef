"""Accounts of what was chosen: for each reference why, from which numbers, and what else would take."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from groundplan.base.amounts import bytes_in_words, count_in_words, rate_in_words, time_in_words
from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.mongo.design.costs.arrangement import Arrangement
from groundplan.mongo.design.costs.effort import Effort
from groundplan.mongo.design.costs.pricing import effort_of
from groundplan.mongo.design.costs.profiles import Profile
from groundplan.mongo.design.layout import Layout
from groundplan.mongo.design.placing.offers import Offer, Placement, Question
from groundplan.mongo.design.placing.search import Assignment, Found, Search

RULE = "place_relations"

NOTICED = 0.001
"""A difference below this share of what a pattern takes is none that anybody would notice."""


class Accounts:
    """Turns the outcome of a search into decisions."""

    def __init__(self, search: Search, found: Found) -> None:
        self._search = search
        self._found = found
        self._pricing = search.pricing
        arrangement = search.arrangement(found.assignment)
        if arrangement is None:
            raise ValueError("the layout that was found cannot be built")
        self._arrangement = arrangement

    @property
    def layout(self) -> Layout:
        """The layout that was found."""
        return self._arrangement.layout

    def decisions(self) -> Iterator[Decision]:
        """Yield a decision for each question."""
        for at, question in enumerate(self._search.questions):
            offer = question.offers[self._found.assignment[at]]
            yield Decision(
                object=f"mongo.{question.relation.name}.{question.reference.name}",
                topic=question.topic,
                choice=offer.placement.value,
                rule=RULE,
                reason=self._reason(question, offer, at),
                pin=question.pin,
                inputs=tuple(self._inputs(question, offer)),
                alternatives=tuple(self._alternatives(question, offer, at)),
                is_pinned=question.is_pinned,
                origin=question.reference.origin,
            )

    def _reason(self, question: Question, offer: Offer, at: int) -> str:
        holder, target = question.relation.name, question.reference.target
        match offer.placement:
            case Placement.EMBED:
                text = f"Each of {target} holds its {holder}: what is read together lies together."
            case Placement.EXTENDED:
                names = ", ".join(offer.copies)
                text = f"{names} of {target} is kept beside the reference, and every change of it is carried there."
            case Placement.SUBSET:
                limit = offer.subset.limit if offer.subset is not None else 0
                text = f"The newest {limit} lie with each of {target} as well, all of them in a collection."
            case Placement.COMPUTED:
                text = f"Each of {target} keeps how many {holder} it has; every write of one adds to it or takes away."
            case Placement.WHEN_READ:
                text = f"{holder} are counted when somebody asks."
            case Placement.REFERENCE:
                text = self._why_reference(question)
        gain = "" if question.is_pinned else self._gain(at)
        return f"{text} {gain}".strip() if not question.is_pinned else f"{text} The plan pins it."

    def _why_reference(self, question: Question) -> str:
        for refusal in question.refusals:
            if refusal.placement is Placement.EMBED:
                return f"A document of its own: {refusal.why}."
        return f"A document of its own, by whose {question.reference.name} it is found."

    def _gain(self, at: int) -> str:
        """Return what the choice saves against the first other offer, by the pattern that gains most."""
        if self._found.assignment[at] == 0:
            return ""
        other = self._changed(at, 0)
        arrangement = self._search.arrangement(other)
        if arrangement is None:
            return ""
        profile, saved = self._most_changed(arrangement, sign=1.0)
        if profile is None or saved <= 0:
            return ""
        return f"{self._compared(profile, self._arrangement, arrangement)}."

    def _inputs(self, question: Question, offer: Offer) -> Iterator[Input]:
        fanout = question.reference.fanout
        holder, target = question.relation.name, question.reference.target
        kind = "assumed" if fanout.is_assumed else f"99 of 100 below {fanout.p99:,.0f}, at most {fanout.max:,.0f}"
        if not question.reference.is_unique:
            yield Input(name=f"{holder} for one of {target}", value=f"{count_in_words(fanout.mean)} on average, {kind}")
        size = self._arrangement.document_bytes(self._arrangement.root(target))
        yield Input(name=f"document with one of {target}", value=bytes_in_words(size))
        if offer.placement is Placement.EMBED:
            root = self._arrangement.root(target)
            for extent, words in (("p99", "1 of 100 documents above"), ("max", "largest document")):
                large = self._arrangement.document_bytes(root, "p99" if extent == "p99" else "max")
                yield Input(name=words, value=bytes_in_words(large))
        if not self._found.is_exhaustive:
            share = self._found.price / self._found.bound if self._found.bound else inf
            yield Input(name="all patterns together", value=f"within {share:.2f} times the least that is possible")

    def _alternatives(self, question: Question, taken: Offer, at: int) -> Iterator[Alternative]:
        seen = {taken.placement}
        for position, offer in enumerate(question.offers):
            if offer.placement in seen:
                continue
            seen.add(offer.placement)
            yield self._alternative(offer, at, position)
        for refusal in question.refusals:
            if refusal.placement not in seen:
                seen.add(refusal.placement)
                yield Alternative(choice=refusal.placement.value, why_not=f"not to be had: {refusal.why}")
        if len(seen) == 1:
            yield from self._left_out(question, taken)

    def _left_out(self, question: Question, taken: Offer) -> Iterator[Alternative]:
        if question.is_pinned and taken.placement is not Placement.REFERENCE:
            yield Alternative(choice=Placement.REFERENCE.value, why_not="the plan pins another")
        else:
            yield Alternative(choice=Placement.EMBED.value, why_not="the plan pins another")

    def _alternative(self, offer: Offer, at: int, position: int) -> Alternative:
        arrangement = self._search.arrangement(self._changed(at, position))
        if arrangement is None:
            return Alternative(
                choice=offer.placement.value,
                why_not="it does not go together with where other relations were put; pin those too",
            )
        pairs = [
            (self._search.price(profile, self._arrangement), self._search.price(profile, arrangement))
            for profile in self._pricing.profiles
        ]
        change = sum(there - here for here, there in pairs)
        if all(abs(there - here) <= here * NOTICED for here, there in pairs):
            return Alternative(
                choice=offer.placement.value,
                why_not="no access pattern would notice, and the simpler one is kept",
                cost="the same",
            )
        more = "more" if change > 0 else "less"
        profile, _ = self._most_changed(arrangement, sign=1.0 if change > 0 else -1.0)
        words = "" if profile is None else self._compared(profile, arrangement, self._arrangement)
        return Alternative(
            choice=offer.placement.value,
            why_not=(words or "it would be the same work in all")
            if change > 0
            else f"{words}: too little to keep twice",
            cost=f"{time_in_words(abs(change) / 1000)} {more} of work each second",
        )

    def _changed(self, at: int, position: int) -> Assignment:
        assignment = self._found.assignment
        return (*assignment[:at], position, *assignment[at + 1 :])

    def _most_changed(self, other: Arrangement, *, sign: float) -> tuple[Profile | None, float]:
        """Return the pattern that takes most more under another arrangement (less, where `sign` is negative)."""
        changes = [
            (sign * (self._search.price(profile, other) - self._search.price(profile, self._arrangement)), profile)
            for profile in self._pricing.profiles
        ]
        most, profile = max(changes, key=lambda change: change[0], default=(0.0, None))
        return (profile, most) if most > 0 else (None, 0.0)

    def _compared(self, profile: Profile, one: Arrangement, other: Arrangement) -> str:
        """Return what a pattern does under one arrangement, and what under another."""
        here, there = effort_of(profile, one), effort_of(profile, other)
        missing = self._pricing.missing
        return (
            f"{profile.name} ({rate_in_words(profile.rate)}) {_in_words(here, there)} in "
            f"{time_in_words(here.microseconds(missing=missing) / 1000)} instead of "
            f"{time_in_words(there.microseconds(missing=missing) / 1000)}"
        )


def _in_words(here: Effort, there: Effort) -> str:
    """Return what an effort does that another does differently."""
    parts: list[str] = []
    if here.written or there.written:
        parts.append(_counted("writes", here.written, there.written, "document"))
        if here.rewritten:
            parts.append(f"of {bytes_in_words(here.rewritten / max(here.written, 1))}")
    elif here.documents or there.documents:
        parts.append(_counted("fetches", here.documents, there.documents, "document"))
        parts.append(f"({bytes_in_words(here.bytes_read)})")
    if here.searches != there.searches:
        parts.append(_counted("with", here.searches, there.searches, "search", plural="searches"))
    if here.transactions != there.transactions:
        parts.append("in a transaction" if here.transactions else "without a transaction")
    return " ".join(parts) or "runs"


def _counted(verb: str, here: float, there: float, noun: str, plural: str | None = None) -> str:
    many = plural or f"{noun}s"
    text = f"{verb} {count_in_words(here)} {noun if round(here, 1) == 1 else many}"
    return text if round(here, 1) == round(there, 1) else f"{text} instead of {count_in_words(there)}"
