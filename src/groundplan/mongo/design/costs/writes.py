"""What writes cost under an arrangement: the rows themselves, and what has to be kept in step with them."""

from __future__ import annotations

from groundplan.logical.model import Reference, Relation, Role
from groundplan.mongo.design.costs.arrangement import Arrangement
from groundplan.mongo.design.costs.crowding import busy_rows
from groundplan.mongo.design.costs.effort import NOTHING, Effort
from groundplan.mongo.design.costs.profiles import DeleteProfile, InsertProfile, UpdateProfile
from groundplan.mongo.design.costs.reads import found_effort
from groundplan.plan.model import ReferentialAction

Writing = Effort(round_trips=1.0, commits=1.0)
"""One command that writes."""

_ANOTHER = Effort(round_trips=1.0, commits=1.0, transactions=1.0)
"""One more command that takes effect together with the first."""


def insert_effort(profile: InsertProfile, arrangement: Arrangement) -> Effort:
    """Return what one run of an insert or upsert does."""
    relation = arrangement.book.relation(profile.relation)
    rows = float(profile.batch)
    effort = Writing + _placed(relation, rows, arrangement) + Effort(transactions=1.0 if rows > 1 else 0.0)
    if profile.is_upsert:
        effort += _told_apart(relation, arrangement)
        effort += Effort(entries=rows, documents=rows, bytes_read=rows * arrangement.root_bytes(relation.name))
        if arrangement.is_array(relation.name):
            effort += Effort(round_trips=1.0)  # one to change the element, one to add it where there was none
    around = arrangement.around(relation.name)
    for reference in relation.references:
        if reference is not around and not reference.is_deferrable:
            effort += _required(reference, rows, arrangement)
    return effort + _followed(relation, rows, arrangement)


def _told_apart(relation: Relation, arrangement: Arrangement) -> Effort:
    """Return what finding out takes whether an upsert added a row, where that is counted or kept a second time."""
    sides = (*arrangement.layout.counts, *arrangement.layout.subsets)
    return Effort(round_trips=2.0) if any(holder == relation.name for holder, _ in sides) else NOTHING


def _required(reference: Reference, rows: float, arrangement: Arrangement) -> Effort:
    """Return what looking for the targets of new rows takes, one by one: nothing else checks them or has copies."""
    found = rows * (1 - reference.null_share)
    return Effort(
        round_trips=found,
        documents=found,
        entries=found,
        bytes_read=found * arrangement.root_bytes(reference.target),
    )


def update_effort(profile: UpdateProfile, arrangement: Arrangement) -> Effort:
    """Return what one run of an update does, copies included."""
    relation = arrangement.book.relation(profile.relation)
    changed = set(profile.attributes)
    effort = NOTHING
    rows = 1.0
    if not profile.is_implied:
        found, rows, _ = found_effort(profile.finding, relation.name, arrangement, wanted=None)
        effort = Writing + found + _changed(relation, rows, arrangement)
    for (holder, name), attributes in arrangement.layout.copies.items():
        reference = arrangement.book.references[holder, name]
        if reference.target == relation.name and changed & set(attributes):
            copies = rows * reference.fanout.mean
            effort += _ANOTHER + _changed(arrangement.book.relation(holder), copies, arrangement, is_found=False)
    moved = [reference for reference in relation.references if changed & {*reference.attributes} - {*reference.agrees}]
    for reference in moved:
        if (relation.name, reference.name) in arrangement.layout.counts:
            effort += _ANOTHER + _changed(arrangement.book.relation(reference.target), 2 * rows, arrangement)
    for holder, name in arrangement.layout.subsets:
        if holder == relation.name and not profile.is_implied:
            target = arrangement.book.references[holder, name].target
            effort += _ANOTHER + _changed(arrangement.book.relation(target), rows, arrangement)
    return effort


def delete_effort(profile: DeleteProfile, arrangement: Arrangement) -> Effort:
    """Return what one run of a delete does, with what becomes of the rows that point at those that go."""
    relation = arrangement.book.relation(profile.relation)
    found, rows, _ = found_effort(profile.finding, relation.name, arrangement, wanted=None)
    effort = Writing + found + _changed(relation, rows, arrangement)
    effort += _followed(relation, rows, arrangement)
    if profile.is_soft:
        effort += _marked(relation, rows, arrangement)
    for holder, reference in arrangement.book.facts.references_to[relation.name]:
        if arrangement.layout.embedded.get(holder.name) == reference.name:
            continue
        pointing = rows * reference.fanout.mean
        match reference.on_delete:
            case ReferentialAction.CASCADE | ReferentialAction.SET_NULL | ReferentialAction.SET_DEFAULT:
                effort += _ANOTHER + Effort(entries=pointing) + _changed(holder, pointing, arrangement)
            case ReferentialAction.RESTRICT | ReferentialAction.NO_ACTION:
                effort += Effort(round_trips=1.0, entries=1.0, transactions=1.0)
    return effort


def _marked(relation: Relation, rows: float, arrangement: Arrangement) -> Effort:
    """Return what copies of a deletion mark take when rows are marked."""
    mark = next(found.name for found in relation.attributes if found.role is Role.DELETED_AT)
    effort = NOTHING
    for (holder, name), attributes in arrangement.layout.copies.items():
        reference = arrangement.book.references[holder, name]
        if reference.target == relation.name and mark in attributes:
            copies = rows * reference.fanout.mean
            effort += _ANOTHER + _changed(arrangement.book.relation(holder), copies, arrangement, is_found=False)
    return effort


def _placed(relation: Relation, rows: float, arrangement: Arrangement) -> Effort:
    """Return what putting new rows where they belong takes."""
    around = arrangement.around(relation.name)
    entries = rows * _indexes(relation, around)
    if around is None:
        size = arrangement.book.row_bytes(relation.name, without=(), is_large=False)
        return Effort(written=rows, rewritten=rows * size, entries_written=entries + rows)
    return _changed(relation, rows, arrangement) + Effort(entries_written=entries)


def _changed(relation: Relation, rows: float, arrangement: Arrangement, *, is_found: bool = True) -> Effort:
    """Return what changing rows of a relation takes where they are: the documents they are in are written again."""
    root = arrangement.root(relation.name)
    around = arrangement.around(relation.name)
    is_array = arrangement.is_array(relation.name)
    size = arrangement.document_bytes(root, "busy" if is_array else "mean")
    elements = 0.0
    if around is not None and is_array:
        elements = busy_rows(around.fanout) * _indexes(relation, around)
    read = NOTHING if is_found else Effort(documents=rows, entries=rows, bytes_read=rows * size)
    return read + Effort(written=rows, rewritten=rows * size, reindexed=rows * elements)


def _indexes(relation: Relation, around: Reference | None) -> int:
    """Return how many indexes a relation's rows have entries in, beside the one of `_id`."""
    references = sum(1 for reference in relation.references if reference is not around)
    return references + len(relation.candidate_keys) + (1 if around is not None or len(relation.primary_key) > 1 else 0)


def _followed(relation: Relation, rows: float, arrangement: Arrangement) -> Effort:
    """Return what counts and subsets of rows take when rows come or go."""
    effort = NOTHING
    for side in (*sorted(arrangement.layout.counts), *arrangement.layout.subsets):
        if side[0] == relation.name:
            target = arrangement.book.relation(arrangement.book.references[side].target)
            effort += _ANOTHER + _changed(target, rows, arrangement, is_found=False)
    return effort
