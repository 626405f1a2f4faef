"""What reads cost under an arrangement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from groundplan.mongo.design.costs.arrangement import Arrangement
from groundplan.mongo.design.costs.coefficients import FIRST_PAGES
from groundplan.mongo.design.costs.crowding import busy_rows, own_attributes
from groundplan.mongo.design.costs.effort import NOTHING, Effort
from groundplan.mongo.design.costs.profiles import FarCondition, Finding, ReadProfile
from groundplan.mongo.design.costs.sizes import field_bytes
from groundplan.mongo.design.costs.walks import Backward, Forward, Step, Walk


def read_effort(profile: ReadProfile, arrangement: Arrangement) -> Effort:
    """Return what one run of a read does."""
    whole = _whole(profile, arrangement)
    subset = _from_subset(profile, arrangement)
    if subset is None:
        return whole
    return _mixed(subset, whole, share=FIRST_PAGES if profile.is_paged else 1.0)


def _whole(profile: ReadProfile, arrangement: Arrangement) -> Effort:
    found, rows, is_narrow = found_effort(
        profile.finding,
        profile.relation,
        arrangement,
        wanted=profile.returned if profile.limit and not profile.is_gathered else None,
        is_ordered=profile.is_ordered,
        order=profile.order,
    )
    shown = min(rows, profile.returned)
    effort = Effort(round_trips=1.0) + found
    if profile.is_ordered and not is_narrow:
        effort += Effort(sorted=rows)
    effort += walk_effort(profile.sorting, rows, arrangement)
    effort += walk_effort(profile.walk, rows if profile.is_gathered else shown, arrangement)
    if not profile.is_gathered:
        effort += _returned(profile.relation, profile.walk, shown, arrangement)
    if effort.lookups or effort.elements or profile.is_gathered:
        effort += Effort(pipelines=1.0)
    return effort


def found_effort(
    finding: Finding,
    relation: str,
    arrangement: Arrangement,
    *,
    wanted: float | None,
    is_ordered: bool = False,
    order: str | None = None,
) -> tuple[Effort, float, bool]:
    """Return what finding rows takes, how many rows go on from there, and whether they come in order already.

    `wanted` bounds the rows that are taken where an index gives them in order; None takes all.
    """
    far = [condition for condition in finding.far if not is_held(condition, arrangement)]
    share = 1.0
    for condition in finding.far:
        if condition not in far:
            share *= min(1.0, condition.matched / max(arrangement.book.relation(relation).rows.now, 1))
    rows = max(finding.rows * share, min(1.0, finding.rows))
    if not far:
        return _near(finding, relation, arrangement, rows=rows, wanted=wanted, is_ordered=is_ordered, order=order)
    return _far(finding, far, relation, arrangement, rows=rows)


def _near(
    finding: Finding,
    relation: str,
    arrangement: Arrangement,
    *,
    rows: float,
    wanted: float | None,
    is_ordered: bool,
    order: str | None,
) -> tuple[Effort, float, bool]:
    """Find rows by conditions on the documents that hold them."""
    size = arrangement.root_bytes(relation)
    if not arrangement.is_array(relation):
        is_served = not is_ordered or order is not None
        taken = min(rows, wanted) if wanted is not None and is_served else rows
        scanned = Effort(documents=taken, entries=taken, bytes_read=taken * size)
        return scanned, taken, is_served
    around = arrangement.around(relation)
    if around is not None and set(own_attributes(around)) <= set(finding.equal):
        # One document, and the rows around which somebody asks for are more often those with many in them.
        held = busy_rows(around.fanout)
        size = arrangement.document_bytes(arrangement.root(relation), "busy")
        return Effort(documents=1.0, entries=1.0, bytes_read=size, elements=held), min(rows, held), not is_ordered
    per_document = arrangement.rows_in_document(relation)
    documents = _documents(finding, relation, arrangement, rows=rows)
    elements = documents * per_document
    effort = Effort(documents=documents, entries=documents, bytes_read=documents * size, elements=elements)
    return effort, min(rows, elements), not is_ordered


def _documents(finding: Finding, relation: str, arrangement: Arrangement, *, rows: float) -> float:
    """Return how many documents hold rows found inside arrays: no more than there are rows, and all for all."""
    root = arrangement.book.relation(arrangement.root(relation))
    if finding.is_everything or not (finding.equal or finding.compared or finding.far):
        return float(root.rows.now)
    return min(float(root.rows.now), rows)


def _far(
    finding: Finding, far: list[FarCondition], relation: str, arrangement: Arrangement, *, rows: float
) -> tuple[Effort, float, bool]:
    """Find rows by conditions on others: walk from each candidate, or back from those that satisfy the condition."""
    candidates, kept, _ = _near(finding, relation, arrangement, rows=rows, wanted=None, is_ordered=False, order=None)
    forward = candidates
    for condition in far:
        forward += route_effort(condition.route.steps, kept, arrangement, wanted=condition.route.attributes)
    first = min(far, key=lambda condition: condition.matched)
    end = arrangement.root_bytes(first.route.end)
    backward = Effort(documents=first.rows, entries=first.rows, bytes_read=first.rows * end, lookups=1.0)
    reached = first.rows
    for step in reversed(first.route.steps):
        effort, reached = _back(step, reached, arrangement)
        backward += effort
    for condition in far:
        if condition is not first:
            backward += route_effort(condition.route.steps, reached, arrangement, wanted=condition.route.attributes)
    best = min((forward, backward), key=lambda effort: effort.microseconds(missing=0.0))
    return best, finding.matched, False


def _back(step: Step, rows: float, arrangement: Arrangement) -> tuple[Effort, float]:
    """Walk a step the other way round."""
    match step:
        case Forward(relation=relation, reference=name):
            return step_effort(Backward(relation, name), rows, arrangement)
        case Backward(relation=relation, reference=name):
            return step_effort(Forward(relation, name), rows, arrangement)


def is_held(condition: FarCondition, arrangement: Arrangement) -> bool:
    """Tell whether documents hold what a far condition compares, embedded or copied."""
    steps = condition.route.steps
    return all(
        _is_free(step, arrangement, wanted=condition.route.attributes if position == len(steps) - 1 else None)
        for position, step in enumerate(steps)
    )


def _is_free(step: Step, arrangement: Arrangement, *, wanted: tuple[str, ...] | None) -> bool:
    if arrangement.layout.embedded.get(step.relation) == step.reference:
        return True
    copies = arrangement.layout.copies.get((step.relation, step.reference))
    if copies is None or wanted is None or not isinstance(step, Forward):
        return False
    reference = arrangement.book.references[step.relation, step.reference]
    return set(wanted) <= {*copies, *reference.target_attributes}


def route_effort(steps: Iterable[Step], rows: float, arrangement: Arrangement, *, wanted: tuple[str, ...]) -> Effort:
    """Return what walking a route from each of `rows` rows takes."""
    total = NOTHING
    steps = tuple(steps)
    for position, step in enumerate(steps):
        if _is_free(step, arrangement, wanted=wanted if position == len(steps) - 1 else None):
            continue
        effort, rows = step_effort(step, rows, arrangement)
        total += effort
    return total


def walk_effort(walk: Walk, rows: float, arrangement: Arrangement) -> Effort:
    """Return what it takes to fetch what a walk wants for each of `rows` rows."""
    total = NOTHING
    for step, further in walk.onward:
        if isinstance(step, Forward) and not further.onward and _is_free(step, arrangement, wanted=further.attributes):
            continue
        if (
            isinstance(step, Backward)
            and further.is_counted
            and (step.relation, step.reference) in arrangement.layout.counts
        ):
            continue
        effort, reached = step_effort(step, rows, arrangement)
        total += effort + walk_effort(further, reached, arrangement)
        if isinstance(step, Backward) or effort.lookups:
            total += _returned(further.relation, replace(further, onward=()), reached, arrangement)
    return total


def step_effort(step: Step, rows: float, arrangement: Arrangement) -> tuple[Effort, float]:
    """Return what one step from each of `rows` rows takes, and how many rows it reaches."""
    book = arrangement.book
    reference = book.references[step.relation, step.reference]
    is_inside = arrangement.layout.embedded.get(step.relation) == step.reference
    match step:
        case Forward():
            reached = rows * (1 - reference.null_share)
            if is_inside:
                return NOTHING, rows
            return _searched(reference.target, rows, reached, 1.0, arrangement), reached
        case Backward(relation=relation):
            count = reference.fanout.mean
            if is_inside:
                return Effort(elements=0.0 if reference.is_unique else rows * count), rows * count
            return _searched(relation, rows, rows * count, count, arrangement), rows * count


def _searched(relation: str, rows: float, reached: float, each: float, arrangement: Arrangement) -> Effort:
    """Return what a `$lookup` for each of `rows` rows takes that finds `reached` rows of a relation in all."""
    size = arrangement.root_bytes(relation)
    elements = reached * arrangement.rows_in_document(relation) if arrangement.is_array(relation) else 0.0
    return Effort(
        lookups=1.0,
        searches=rows,
        documents=reached,
        entries=reached,
        bytes_read=reached * size,
        elements=elements + (reached if each > 1 else 0.0),
    )


def _returned(relation: str, walk: Walk, rows: float, arrangement: Arrangement) -> Effort:
    of = arrangement.book.relation(relation)
    attributes = walk.attributes or of.primary_key
    size = sum(field_bytes(of.attribute(name)) for name in attributes)
    return Effort(bytes_returned=rows * size, fields_returned=rows * len(attributes))


def _from_subset(profile: ReadProfile, arrangement: Arrangement) -> Effort | None:
    """Return what a read takes from the newest rows kept with the row they point at; None where that cannot serve."""
    if not profile.is_newest_first or not profile.limit or profile.finding.far:
        return None
    if not all(_is_free(step, arrangement, wanted=further.attributes) for step, further in profile.walk.onward):
        return None
    for (holder, name), subset in arrangement.layout.subsets.items():
        if holder != profile.relation or subset.order != profile.order or profile.limit > subset.limit:
            continue
        reference = arrangement.book.references[holder, name]
        if set(own_attributes(reference)) == set(profile.finding.compared):
            size = arrangement.root_bytes(reference.target)
            effort = Effort(round_trips=1.0, documents=1.0, entries=1.0, bytes_read=size, elements=profile.returned)
            effort += walk_effort(profile.walk, profile.returned, arrangement)
            return effort + _returned(profile.relation, profile.walk, profile.returned, arrangement)
    return None


def _mixed(first: Effort, second: Effort, *, share: float) -> Effort:
    names = Effort.__dataclass_fields__
    mixed = {name: getattr(first, name) * share + getattr(second, name) * (1 - share) for name in names}
    return Effort(**mixed)
