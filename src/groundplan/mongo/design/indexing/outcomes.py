"""What serves an access pattern, in the collection of its rows and in those that its conditions lead to."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from groundplan.logical.facts import LARGE_ROWS
from groundplan.logical.model import Relation
from groundplan.mongo.design.indexing.elsewhere import looked_up, start_of
from groundplan.mongo.design.indexing.fields import Fields
from groundplan.mongo.design.indexing.request import Request, ordered, request_of
from groundplan.mongo.design.indexing.special import outcome_of_latest, outcome_of_nearness, outcome_of_search
from groundplan.mongo.design.indexing.unique import unique_name
from groundplan.mongo.design.indexing.wanted import NotWanted, Outcome, Served, Wanted, outcome_of
from groundplan.plan.expressions import AnyOf, Expression, conjuncts
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    UpdatePattern,
    UpsertPattern,
)

Found = tuple[Relation, Outcome]


def outcomes_of(pattern: Pattern, *, fields: Fields) -> tuple[Found, ...]:
    """Return what serves a pattern, its own rows first; nothing for what finds no rows."""
    match pattern:
        case ReadPattern():
            return _of_read(pattern, fields=fields)
        case UpdatePattern() | DeletePattern():
            return _of_conditions(pattern.entity, conjuncts(pattern.where), read=None, fields=fields)
        case UpsertPattern():
            return (_of_upsert(pattern, fields=fields),)
        case InsertPattern() | RawPattern():
            return ()
        case _:
            assert_never(pattern)


def _of_read(pattern: ReadPattern, *, fields: Fields) -> tuple[Found, ...]:
    relation = fields.facts.lookup.of_source(pattern.entity)
    if pattern.search is not None:
        return ((relation, outcome_of_search(pattern.search, relation=relation, fields=fields)),)
    if pattern.near is not None:
        return ((relation, outcome_of_nearness(pattern.near, relation=relation, fields=fields)),)
    if pattern.latest is not None:
        return ((relation, outcome_of_latest(pattern, pattern.latest, relation=relation, fields=fields)),)
    # Groups are sorted and limited once they are made, so that no index can have them in order.
    read = None if pattern.group else pattern
    return _of_conditions(pattern.entity, conjuncts(pattern.where), read=read, fields=fields)


def rows_taken(pattern: ReadPattern) -> int | None:
    """Return how many rows a read takes at most; None where it takes all it finds."""
    if pattern.is_one:
        return 1
    return pattern.page if pattern.page is not None else pattern.limit


def _of_upsert(pattern: UpsertPattern, *, fields: Fields) -> Found:
    relation = fields.facts.lookup.of_source(pattern.entity)
    names = [name for path in pattern.on for name in fields.facts.lookup.names(path) or ()]
    equal = tuple(fields.own(relation.name, name) for name in names or relation.primary_key)
    request = replace(request_of((), relation=relation, fields=fields), equal=equal)
    found = unique_name(request)
    if found is None:
        return relation, NotWanted(reason="nothing is unique that it could go by")
    return relation, Served(name=found, reason="what it goes by is unique, so that there is at most one row to update")


def _of_conditions(
    entity: str, conditions: tuple[Expression, ...], *, read: ReadPattern | None, fields: Fields
) -> tuple[Found, ...]:
    relation = fields.facts.lookup.of_source(entity)
    request = request_of(conditions, relation=relation, fields=fields)
    start = None if read is None else start_of(request, fields=fields)
    later = [asked.condition for asked in request.elsewhere if start is None or asked.condition != start.condition]
    asked_elsewhere = (*(() if start is None else start.requests), *looked_up(later, fields=fields))
    others = [(there.relation, outcome_of(there)) for there in asked_elsewhere]
    elsewhere = tuple(
        (other, replace(outcome, is_beside=True)) for other, outcome in others if isinstance(outcome, Wanted)
    )
    is_found_elsewhere = start is not None and not start.own
    if start is not None:
        request = replace(request, equal=(*request.equal, *start.own))
    if read is not None:
        # What is looked up stands before the sort, so that no index has what is left in order.
        order = read.order if not later else ()
        request = ordered(request, order, limit=None if later else rows_taken(read))
    own = _arms(request, conditions) or ((relation, outcome_of(request, is_found_elsewhere=is_found_elsewhere)),)
    return (*own, *elsewhere)


def _arms(request: Request, conditions: tuple[Expression, ...]) -> tuple[Found, ...]:
    """Ask for one index for each arm of an OR; nothing where one arm cannot have any."""
    relation = request.relation
    if request.equal or request.between or request.fields.documents(relation.name) <= LARGE_ROWS:
        return ()
    for condition in conditions:
        if isinstance(condition, AnyOf):
            outcomes = [_of_arm(arm, request) for arm in condition.parts]
            found = tuple((relation, outcome) for outcome in outcomes if not isinstance(outcome, NotWanted))
            return found if len(found) == len(outcomes) else ()
    return ()


def _of_arm(arm: Expression, request: Request) -> Outcome:
    asked = request_of(conjuncts(arm), relation=request.relation, fields=request.fields)
    if asked.elsewhere or not (asked.equal or asked.between or asked.one_of):
        return NotWanted(reason="an arm of its OR finds its documents in no index")
    # The server merges the arms' sorted parts, as long as each has the order.
    return outcome_of(replace(asked, order=request.order, limit=request.limit))
