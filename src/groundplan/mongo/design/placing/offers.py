"""What each relationship could become: offers that can be built, and refusals with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from groundplan.logical.facts import Facts, word_of
from groundplan.logical.model import Reference, Relation
from groundplan.mongo.design.costs.arrangement import Book
from groundplan.mongo.design.costs.crowding import own_attributes
from groundplan.mongo.design.costs.profiles import Profile, ReadProfile, UpdateProfile
from groundplan.mongo.design.costs.walks import Backward, Forward, Step, Walk
from groundplan.mongo.design.layout import Layout, Side, Subset
from groundplan.mongo.design.placing.obstacles import obstacle
from groundplan.plan.model import ReferentialAction
from groundplan.plan.patterns import DeletePattern, InsertPattern, RawPattern, ReadPattern, UpdatePattern

SUBSET_ROOM = 50
"""Up to so many newest rows are kept with the row they point at; more are read where they are."""


class Placement(Enum):
    """What a relationship becomes; the value is the word of decisions and pins."""

    REFERENCE = "reference"
    EMBED = "embed"
    EXTENDED = "extended reference"
    SUBSET = "subset"
    WHEN_READ = "when read"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One choice that can be built; `copies` and `subset` say of what."""

    placement: Placement
    copies: tuple[str, ...] = ()
    subset: Subset | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A choice that cannot be built, and why, without a full stop."""

    placement: Placement
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be settled about one reference; the first offer is taken where nothing speaks for another."""

    relation: Relation
    reference: Reference
    topic: str
    pin: str
    offers: tuple[Offer, ...]
    refusals: tuple[Refusal, ...] = ()
    is_pinned: bool = False

    @property
    def side(self) -> Side:
        """The reference, by the relation that holds it and its name."""
        return self.relation.name, self.reference.name

    @property
    def ends(self) -> tuple[str, str]:
        """The relations that the reference joins."""
        return self.relation.name, self.reference.target

    @property
    def can_embed(self) -> bool:
        """Tell whether one of the offers changes where rows live."""
        return any(offer.placement is Placement.EMBED for offer in self.offers)


def questions_of(facts: Facts, book: Book, profiles: Iterable[Profile]) -> tuple[Question, ...]:
    """Return everything to be settled, in the order of the logical model; pins leave one offer only."""
    wants = _Wants(facts, profiles)
    embedded: set[str] = set()
    found: list[Question] = []
    for relation in facts.logical.relations:
        for reference in relation.references:
            question = _pinned(_placement(relation, reference, facts, book, wants), facts, embedded=embedded)
            if question.is_pinned and question.can_embed:
                embedded.add(relation.name)
            found.append(question)
            if (relation.name, reference.name) in wants.counted:
                found.append(_pinned(_count(relation, reference), facts, embedded=set()))
    return tuple(found)


def _pinned(question: Question, facts: Facts, *, embedded: set[str]) -> Question:
    """Leave only what the plan pins, where that is offered; a relation lies in one place only."""
    if question.can_embed and question.relation.name in embedded:
        why = f"the plan pins {question.relation.name} into another place"
        left = tuple(offer for offer in question.offers if offer.placement is not Placement.EMBED)
        refusals = (*question.refusals, Refusal(placement=Placement.EMBED, why=why))
        question = replace(question, offers=left, refusals=refusals)
    wish = facts.pins.get(question.pin)
    offers = tuple(offer for offer in question.offers if offer.placement.value == wish)
    return replace(question, offers=offers, is_pinned=True) if offers else question


def _placement(relation: Relation, reference: Reference, facts: Facts, book: Book, wants: _Wants) -> Question:
    offers = [Offer(placement=Placement.REFERENCE)]
    refusals: list[Refusal] = []
    why = obstacle(relation, reference, facts, book)
    if why is None:
        offers.append(Offer(placement=Placement.EMBED))
    else:
        refusals.append(Refusal(placement=Placement.EMBED, why=why))
    side = (relation.name, reference.name)
    if reference.is_deferrable:
        late = f"{relation.name} may be written before what {reference.name} points at, with nothing to copy"
        refusals.append(Refusal(placement=Placement.EXTENDED, why=late))
    else:
        offers += [Offer(placement=Placement.EXTENDED, copies=copies) for copies in wants.copies(side)]
    subset = wants.subset(relation, reference)
    if subset is not None:
        lost = _loss(relation, reference, subset, facts)
        if lost is None:
            offers.append(Offer(placement=Placement.SUBSET, subset=subset))
        else:
            refusals.append(Refusal(placement=Placement.SUBSET, why=lost))
    return Question(
        relation=relation,
        reference=reference,
        topic="placement",
        pin=f"mongo.{word_of(relation, reference)}",
        offers=tuple(offers),
        refusals=tuple(refusals),
    )


def _loss(relation: Relation, reference: Reference, subset: Subset, facts: Facts) -> str | None:
    """Return how rows could leave a subset, which nothing fills up again; None where they only come."""
    for pattern in facts.patterns:
        if isinstance(pattern, RawPattern | ReadPattern | InsertPattern):
            continue
        changed = facts.lookup.of_source(pattern.entity)
        match pattern:
            case DeletePattern() if changed is relation:
                return f"{pattern.name} takes {relation.name} away, and the next ones would have to be looked for"
            case DeletePattern() if changed.name != reference.target and _is_pulled(relation, changed, facts):
                return f"{pattern.name} takes {relation.name} away, and the next ones would have to be looked for"
            case UpdatePattern() if changed is relation:
                for assignment in pattern.assignments:
                    names = facts.lookup.names(assignment.target) or ()
                    if subset.order in names or set(names) & set(reference.attributes):
                        return f"{pattern.name} changes which {relation.name} are the newest"
            case _:
                pass
    return None


def _is_pulled(relation: Relation, deleted: Relation, facts: Facts) -> bool:
    """Tell whether deleting a row of one relation deletes rows of another."""
    pending, seen = [deleted.name], {deleted.name}
    while pending:
        for holder, reference in facts.references_to[pending.pop()]:
            if reference.on_delete is ReferentialAction.CASCADE and holder.name not in seen:
                seen.add(holder.name)
                pending.append(holder.name)
    return relation.name in seen


def _count(relation: Relation, reference: Reference) -> Question:
    return Question(
        relation=relation,
        reference=reference,
        topic="count",
        pin=f"mongo.{word_of(relation, reference)}.count",
        offers=(Offer(placement=Placement.WHEN_READ), Offer(placement=Placement.COMPUTED)),
    )


class _Wants:
    """What reads want of other rows: attributes at the end of a reference, counts, newest rows."""

    def __init__(self, facts: Facts, profiles: Iterable[Profile]) -> None:
        self._facts = facts
        self._reads = [profile for profile in profiles if isinstance(profile, ReadProfile)]
        self._changed: dict[str, set[str]] = {}
        for profile in profiles:
            if isinstance(profile, UpdateProfile):
                self._changed.setdefault(profile.relation, set()).update(profile.attributes)
        self._wanted: dict[Side, dict[str, None]] = {}
        self.counted: dict[Side, None] = {}
        for read in self._reads:
            for step, walk in (*_leaves(read.walk), *_leaves(read.sorting)):
                self._note(step, walk.attributes, is_counted=walk.is_counted)
            for far in read.finding.far:
                self._note(far.route.steps[-1], far.route.attributes, is_counted=False)

    def _note(self, step: Step, attributes: tuple[str, ...], *, is_counted: bool) -> None:
        side = (step.relation, step.reference)
        if isinstance(step, Forward):
            self._wanted.setdefault(side, {}).update(dict.fromkeys(attributes))
        elif is_counted and not self._is_marked(step):
            self.counted[side] = None

    def _is_marked(self, step: Backward) -> bool:
        """Tell whether rows are marked when they are deleted, which no insert or delete of one tells a count."""
        return self._facts.is_soft(step.relation)

    def copies(self, side: Side) -> list[tuple[str, ...]]:
        """Return which attributes could be kept beside a reference: all that reads want, or those that stay."""
        relation = self._facts.relations[side[0]]
        reference = next(found for found in relation.references if found.name == side[1])
        target = self._facts.relations[reference.target]
        wanted = self._wanted.get(side, {})
        names = tuple(
            attribute.name
            for attribute in target.attributes
            if attribute.name in wanted
            and attribute.name not in reference.target_attributes
            and not attribute.is_secret
        )
        lasting = tuple(name for name in names if name not in self._changed.get(target.name, set()))
        return [found for found in dict.fromkeys((names, lasting)) if found]

    def subset(self, relation: Relation, reference: Reference) -> Subset | None:
        """Return the newest rows that some read wants of a given target; None where none does."""
        if reference.is_optional or reference.is_unique or self._facts.is_soft(relation.name):
            return None
        own = set(own_attributes(reference))
        fit = [
            Subset(order=read.order, limit=read.limit)
            for read in self._reads
            if read.relation == relation.name
            and read.is_newest_first
            and read.order is not None
            and set(read.finding.compared) == own
            and not read.finding.far
            and 0 < read.limit <= SUBSET_ROOM
        ]
        return max(fit, key=lambda found: found.limit, default=None)


def _leaves(walk: Walk) -> Iterator[tuple[Step, Walk]]:
    for step, further in walk.onward:
        if not further.onward:
            yield step, further
        yield from _leaves(further)


def layout_of(chosen: Iterable[tuple[Question, Offer]]) -> Layout | None:
    """Return the layout that offers make together; None where a relation would lie in two places."""
    embedded: dict[str, str] = {}
    copies: dict[Side, tuple[str, ...]] = {}
    subsets: dict[Side, Subset] = {}
    counts: list[Side] = []
    for question, offer in chosen:
        match offer.placement:
            case Placement.EMBED:
                if question.relation.name in embedded:
                    return None
                embedded[question.relation.name] = question.reference.name
            case Placement.EXTENDED:
                copies[question.side] = offer.copies
            case Placement.SUBSET if offer.subset is not None:
                subsets[question.side] = offer.subset
            case Placement.COMPUTED:
                counts.append(question.side)
            case _:
                pass
    kept = frozenset(side for side in counts if embedded.get(side[0]) != side[1])  # an array knows its length
    return Layout(embedded=embedded, copies=copies, subsets=subsets, counts=kept)
