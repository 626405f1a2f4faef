"""The search for the cheapest layout: everything tried where that is little, else one step after the other.

Questions that no pattern connects are settled apart. A group of few combinations is tried whole. In a larger one each
question in turn takes its best offer until a round changes nothing, from two starts: nothing embedded, and everything;
then each two questions about one relation take theirs together. How far that may be from the best is bounded by what
each pattern would take if the layout were made for it alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import inf, prod

from groundplan.mongo.design.costs.arrangement import Arrangement
from groundplan.mongo.design.costs.coefficients import DOCUMENT_LIMIT, NESTING_LIMIT, ROUND_TRIP
from groundplan.mongo.design.costs.pricing import Pricing, effort_of
from groundplan.mongo.design.costs.profiles import InsertProfile, Profile, ReadProfile
from groundplan.mongo.design.costs.walks import Step
from groundplan.mongo.design.placing.offers import Offer, Placement, Question, Refusal, layout_of

EXHAUSTIVE = 4_000
"""Up to so many combinations of a group of questions are all tried."""

BOUNDED = 64
"""Up to so many combinations are tried to find what one pattern takes at least."""

PAIRS = 200
"""So many pairs of questions about the same relation have their turn together, the first ones of a larger plan."""

ROUNDS = 12
"""After so many rounds each question has had its turn often enough; four were the most ever needed."""

WORTH_KEEPING_TWICE = 0.1
"""What is kept twice has to save some pattern a tenth at least: it is code that has to be kept right for ever."""

_KEPT_TWICE = (Placement.EXTENDED, Placement.SUBSET, Placement.COMPUTED)

Assignment = tuple[int, ...]
"""The position of the offer taken, for each question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The offers taken; `bound` is what no layout goes below, in microseconds a second, `tried` the layouts priced."""

    assignment: Assignment
    price: float
    bound: float
    tried: int
    is_exhaustive: bool


def without_contradictions(questions: Sequence[Question], pricing: Pricing) -> tuple[Question, ...]:
    """Return the questions with pins let go that cannot be built together with those before them."""
    kept = [_unpinned(question) if question.is_pinned else question for question in questions]
    for at, question in enumerate(questions):
        if not question.is_pinned:
            continue
        trial = [*kept[:at], question, *kept[at + 1 :]]
        if Search(pricing, trial).arrangement((0,) * len(trial)) is None:
            why = "together with the plan's other pins no documents can be built"
            refusal = Refusal(placement=question.offers[0].placement, why=why)
            kept[at] = replace(kept[at], refusals=(*question.refusals, refusal))
        else:
            kept = trial
    return tuple(kept)


def _unpinned(question: Question) -> Question:
    first = Placement.WHEN_READ if question.topic == "count" else Placement.REFERENCE
    return replace(question, offers=(Offer(placement=first),), is_pinned=False)


class Search:
    """Prices assignments; what a pattern takes is worked out once for all layouts that it sees alike."""

    def __init__(self, pricing: Pricing, questions: Sequence[Question]) -> None:
        self.pricing = pricing
        self.questions = tuple(questions)
        self._touched = {profile.name: _touched(profile, pricing) for profile in pricing.profiles}
        self._prices: dict[tuple[object, ...], float] = {}
        self.tried = 0

    def arrangement(self, assignment: Assignment) -> Arrangement | None:
        """Return what an assignment makes; None where it cannot be built."""
        chosen = ((question, question.offers[at]) for question, at in zip(self.questions, assignment, strict=True))
        layout = layout_of(chosen)
        if layout is None or _goes_round(layout.embedded, self.pricing):
            return None
        arrangement = Arrangement(layout, self.pricing.book)
        return arrangement if _is_sound(arrangement) else None

    def price(self, profile: Profile, arrangement: Arrangement) -> float:
        """Return what a pattern takes in a second under an arrangement, in microseconds."""
        seen = (profile.name, *map(arrangement.signature, self._touched[profile.name]))
        found = self._prices.get(seen)
        if found is None:
            effort = effort_of(profile, arrangement)
            found = self._prices[seen] = profile.rate * effort.microseconds(missing=self.pricing.missing)
        return found

    def total(self, assignment: Assignment, profiles: Iterable[Profile]) -> float:
        """Return what patterns take together in a second; infinity where an assignment cannot be built."""
        self.tried += 1
        arrangement = self.arrangement(assignment)
        if arrangement is None:
            return inf
        return sum(self.price(profile, arrangement) for profile in profiles)

    def run(self) -> Found:
        """Return the cheapest assignment found; of equals the one whose offers come first."""
        assignment = [0] * len(self.questions)
        bound = 0.0
        is_exhaustive = True
        grouped: set[str] = set()
        for positions, profiles in self._groups():
            grouped.update(profile.name for profile in profiles)
            if prod(len(self.questions[at].offers) for at in positions) <= EXHAUSTIVE:
                self._try_all(assignment, positions, profiles)
                bound += self.total(tuple(assignment), profiles)
            else:
                is_exhaustive = False
                self._descend(assignment, positions, profiles)
                bound += sum(self._least(profile, positions) for profile in profiles)
        self._simplify(assignment)
        best = tuple(assignment)
        bound += self.total(best, [profile for profile in self.pricing.profiles if profile.name not in grouped])
        return Found(
            assignment=best,
            price=self.total(best, self.pricing.profiles),
            bound=bound,
            tried=self.tried,
            is_exhaustive=is_exhaustive,
        )

    def _groups(self) -> list[tuple[tuple[int, ...], tuple[Profile, ...]]]:
        """Return the questions that patterns connect, group by group, with these patterns."""
        open_questions = [at for at, question in enumerate(self.questions) if len(question.offers) > 1]
        group = _Union(relation.name for relation in self.pricing.facts.logical.relations)
        for at in open_questions:
            question = self.questions[at]
            group.join(question.relation.name, question.reference.target)
        for question in self.questions:
            if question.can_embed:
                group.join(question.relation.name, question.reference.target)
        for touched in self._touched.values():
            for name in touched[1:]:
                group.join(touched[0], name)
        found: dict[str, tuple[list[int], list[Profile]]] = {}
        for at in open_questions:
            found.setdefault(group.of(self.questions[at].relation.name), ([], []))[0].append(at)
        for profile in self.pricing.profiles:
            name = group.of(profile.relation)
            if name in found:
                found[name][1].append(profile)
        return [(tuple(positions), tuple(profiles)) for positions, profiles in found.values()]

    def _try_all(self, assignment: list[int], positions: Sequence[int], profiles: Sequence[Profile]) -> None:
        best, least = list(assignment), inf
        trial = list(assignment)
        for combination in product(*(range(len(self.questions[at].offers)) for at in positions)):
            for at, offer in zip(positions, combination, strict=True):
                trial[at] = offer
            price = self.total(tuple(trial), profiles)
            if price < least * (1 - _SAME):
                best, least = list(trial), price
        assignment[:] = best

    def _descend(self, assignment: list[int], positions: Sequence[int], profiles: Sequence[Profile]) -> None:
        singles: list[tuple[int, ...]] = [(at,) for at in positions]
        starts = [list(assignment), self._embedded(assignment, positions)]
        results = [self._descended(start, singles, profiles) for start in starts]
        least, best = min(results, key=lambda result: result[0])
        if results[0][0] <= least * (1 + _SAME):
            best = results[0][1]
        for move in self._neighbours(positions):
            least = self._moved(best, move, profiles, least=least)
        assignment[:] = self._descended(best, singles, profiles)[1]

    def _simplify(self, assignment: list[int]) -> None:
        """Take back what is kept twice where no pattern gains much by it."""
        for at, question in enumerate(self.questions):
            if (
                question.offers[0].placement in _KEPT_TWICE
                or question.offers[assignment[at]].placement not in _KEPT_TWICE
            ):
                continue
            kept = self.arrangement(tuple(assignment))
            simple = self.arrangement((*assignment[:at], 0, *assignment[at + 1 :]))
            if kept is None or simple is None:
                continue
            pairs = ((self.price(profile, kept), self.price(profile, simple)) for profile in self.pricing.profiles)
            if all(there - here <= WORTH_KEEPING_TWICE * there for here, there in pairs):
                assignment[at] = 0

    def _embedded(self, assignment: list[int], positions: Sequence[int]) -> list[int]:
        """Return an assignment that embeds whatever can be together."""
        trial = list(assignment)
        for at in positions:
            for offer, made in enumerate(self.questions[at].offers):
                if made.placement is Placement.EMBED:
                    before, trial[at] = trial[at], offer
                    if self.arrangement(tuple(trial)) is None:
                        trial[at] = before
        return trial

    def _descended(
        self, trial: list[int], moves: Sequence[tuple[int, ...]], profiles: Sequence[Profile]
    ) -> tuple[float, list[int]]:
        least = self.total(tuple(trial), profiles)
        for _ in range(ROUNDS):
            before = least
            for move in moves:
                least = self._moved(trial, move, profiles, least=least)
            if least >= before:
                break
        return least, trial

    def _moved(self, trial: list[int], move: tuple[int, ...], profiles: Sequence[Profile], *, least: float) -> float:
        """Take the best offers for one question or two, all others as they are, and return what that comes to."""
        kept = [trial[at] for at in move]
        first = list(kept)
        for offers in product(*(range(len(self.questions[at].offers)) for at in move)):
            if list(offers) == first:
                continue
            for at, offer in zip(move, offers, strict=True):
                trial[at] = offer
            price = self.total(tuple(trial), profiles)
            if price < least * (1 - _SAME):
                least, kept = price, list(offers)
        for at, offer in zip(move, kept, strict=True):
            trial[at] = offer
        return least

    def _neighbours(self, positions: Sequence[int]) -> list[tuple[int, ...]]:
        """Return pairs of questions about the same relation, of which neither may be worth its cost alone."""
        pairs = [
            (one, other)
            for at, one in enumerate(positions)
            for other in positions[at + 1 :]
            if set(self.questions[one].ends) & set(self.questions[other].ends)
        ]
        return list(pairs[:PAIRS])

    def _least(self, profile: Profile, positions: Sequence[int]) -> float:
        """Return what a pattern takes at least, whatever the layout does for others."""
        touched = set(self._touched[profile.name])
        near = [at for at in positions if touched & set(self.questions[at].ends)]
        if prod(len(self.questions[at].offers) for at in near) > BOUNDED:
            return profile.rate * ROUND_TRIP
        least = inf
        for combination in product(*(range(len(self.questions[at].offers)) for at in near)):
            trial = [0] * len(self.questions)
            for at, offer in zip(near, combination, strict=True):
                trial[at] = offer
            least = min(least, self.total(tuple(trial), (profile,)))
        return least


_SAME = 1e-9
"""Prices this near are the same: sums differ in their last digits."""


def _touched(profile: Profile, pricing: Pricing) -> tuple[str, ...]:
    """Return the relations that a pattern's price depends on, its own first."""
    relation = pricing.book.relation(profile.relation)
    found = [relation.name, *(reference.target for reference in relation.references)]
    if not isinstance(profile, InsertProfile):
        for condition in profile.finding.far:
            found += [name for step in condition.route.steps for name in _ends(step, pricing)]
    if isinstance(profile, ReadProfile):
        found += [*profile.walk.relations, *profile.sorting.relations]
    else:
        found += [holder.name for holder, _ in pricing.facts.references_to[relation.name]]
    return tuple(dict.fromkeys(found))


def _ends(step: Step, pricing: Pricing) -> tuple[str, str]:
    return step.relation, pricing.book.references[step.relation, step.reference].target


def _goes_round(embedded: Mapping[str, str], pricing: Pricing) -> bool:
    """Tell whether relations would lie inside each other."""
    for start in embedded:
        name, seen = start, {start}
        while name in embedded:
            name = pricing.book.references[name, embedded[name]].target
            if name in seen:
                return True
            seen.add(name)
    return False


def _is_sound(arrangement: Arrangement) -> bool:
    """Tell whether documents stay within the engine's limits, and copies where they can be kept in step."""
    layout = arrangement.layout
    for name in layout.embedded:
        if len(arrangement.chain(name)) > NESTING_LIMIT:
            return False
    for holder, name in (*layout.subsets, *layout.counts):
        reference = arrangement.book.references[holder, name]
        if arrangement.around(reference.target) is not None:
            return False
        if arrangement.around(holder) is not None:
            return False
    roots = dict.fromkeys(arrangement.root(name) for name in layout.embedded)
    return all(arrangement.document_bytes(root, "max") <= DOCUMENT_LIMIT for root in roots)


class _Union:
    """Names that belong together (union-find with path halving, Tarjan and van Leeuwen 1984)."""

    def __init__(self, names: Iterable[str]) -> None:
        self._above = {name: name for name in names}

    def of(self, name: str) -> str:
        """Return the name that stands for a group."""
        while self._above[name] != name:
            self._above[name] = self._above[self._above[name]]
            name = self._above[name]
        return name

    def join(self, one: str, other: str) -> None:
        """Let two names belong together."""
        self._above[self.of(one)] = self.of(other)
