"""What serves an access pattern, on the table of its rows and on those that its conditions lead to."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from groundplan.logical.model import Relation
from groundplan.plan.expressions import AnyOf, Call, Expression, Local, conjuncts
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.postgres.design.facts import LARGE_ROWS, Facts
from groundplan.postgres.design.indexing.conditions import Equal
from groundplan.postgres.design.indexing.elsewhere import Tables, beside
from groundplan.postgres.design.indexing.request import Request, ordered, request_of
from groundplan.postgres.design.indexing.special import outcome_of_latest, outcome_of_nearness, outcome_of_search
from groundplan.postgres.design.indexing.unique import unique_name
from groundplan.postgres.design.indexing.wanted import NotWanted, Outcome, Served, Wanted, outcome_of

Found = tuple[Relation, Outcome]


def outcomes_of(pattern: Pattern, *, facts: Facts, tables: Tables) -> tuple[Found, ...]:
    """Return what serves a pattern, the table of its own rows first; nothing for what finds no rows."""
    match pattern:
        case ReadPattern():
            return _of_read(pattern, facts=facts, tables=tables)
        case UpdatePattern() | DeletePattern():
            return _of_conditions(pattern.entity, conjuncts(pattern.where), read=None, facts=facts, tables=tables)
        case UpsertPattern():
            return (_of_upsert(pattern, facts=facts, tables=tables),)
        case InsertPattern() | RawPattern():
            return ()
        case _:
            assert_never(pattern)


def _of_read(pattern: ReadPattern, *, facts: Facts, tables: Tables) -> tuple[Found, ...]:
    relation = facts.lookup.of_source(pattern.entity)
    table = tables[relation.name]
    if pattern.search is not None:
        return ((relation, outcome_of_search(pattern.search, relation=relation, table=table, facts=facts)),)
    if pattern.near is not None:
        return ((relation, outcome_of_nearness(pattern.near, relation=relation, facts=facts)),)
    if pattern.latest is not None:
        latest = outcome_of_latest(pattern, pattern.latest, relation=relation, table=table, facts=facts)
        return ((relation, latest),)
    # Groups are sorted and limited once they are made, so that no index can have them in order.
    read = None if pattern.group else pattern
    return _of_conditions(pattern.entity, conjuncts(pattern.where), read=read, facts=facts, tables=tables)


def rows_taken(pattern: ReadPattern) -> int | None:
    """Return how many rows a read takes at most; None where it takes all it finds."""
    if pattern.is_one:
        return 1
    return pattern.page if pattern.page is not None else pattern.limit


def _of_upsert(pattern: UpsertPattern, *, facts: Facts, tables: Tables) -> Found:
    relation = facts.lookup.of_source(pattern.entity)
    request = request_of((), relation=relation, table=tables[relation.name], facts=facts)
    folded = {key.expression for index in request.table.indexes if index.is_unique for key in index.keys}
    equal: list[Equal] = []
    for name in (name for path in pattern.on for name in facts.lookup.names(path) or ()):
        folding = Call("lower", (Local(name),))
        equal.append(Equal(expression=folding if folding in folded else Local(name), names=(name,)))
    found = unique_name(replace(request, equal=tuple(equal)))
    if found is None:
        return relation, NotWanted(reason="nothing is unique that it could go by")
    return relation, Served(name=found, reason="what it goes by is unique, so that there is at most one row to update")


def _of_conditions(
    entity: str, conditions: tuple[Expression, ...], *, read: ReadPattern | None, facts: Facts, tables: Tables
) -> tuple[Found, ...]:
    relation = facts.lookup.of_source(entity)
    request = request_of(conditions, relation=relation, table=tables[relation.name], facts=facts)
    others: list[Found] = []
    is_driven = False
    for asked in request.elsewhere:
        found = beside(asked.condition, facts=facts, tables=tables)
        request = replace(request, equal=(*request.equal, *found.own))
        is_driven = is_driven or found.is_driver
        others += [(there.relation, outcome_of(there, back=back)) for there, back in found.requests]
    elsewhere = tuple((other, outcome) for other, outcome in others if isinstance(outcome, Wanted))
    if read is not None:
        request = ordered(request, read.order, limit=rows_taken(read), facts=facts)
    arms = _arms(request, conditions, facts=facts)
    own = arms or ((relation, outcome_of(request, is_driven_from_elsewhere=is_driven)),)
    return (*own, *elsewhere)


def _arms(request: Request, conditions: tuple[Expression, ...], *, facts: Facts) -> tuple[Found, ...]:
    """Ask for one index for each arm of an OR, which a bitmap joins; nothing where one arm cannot have any."""
    relation = request.relation
    if request.equal or request.between or relation.rows.now <= LARGE_ROWS:
        return ()
    for condition in conditions:
        if isinstance(condition, AnyOf):
            outcomes = [_of_arm(arm, request, facts=facts) for arm in condition.parts]
            found = tuple((relation, outcome) for outcome in outcomes if not isinstance(outcome, NotWanted))
            return found if len(found) == len(outcomes) else ()
    return ()


def _of_arm(arm: Expression, request: Request, *, facts: Facts) -> Outcome:
    asked = request_of(conjuncts(arm), relation=request.relation, table=request.table, facts=facts)
    if asked.elsewhere or not (asked.equal or asked.between or asked.matched or asked.one_of):
        return NotWanted(reason="an arm of its OR finds its rows in no index")
    return outcome_of(asked)
