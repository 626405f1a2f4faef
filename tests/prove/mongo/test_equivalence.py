"""Both engines agree on every pattern of the shop, and a query that says something else is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.mongo.queries.model import Aggregate, CompiledRead, CompiledWrite, Find, UpdateDocuments
from groundplan.prove.equivalence.compare import compare_engines
from groundplan.prove.equivalence.reads import compare_read
from groundplan.prove.equivalence.writes import compare_write
from groundplan.prove.evidence import Equivalence
from groundplan.prove.mongo.changes import watching


@pytest.fixture(scope="module")
def agreements(shop):
    with watching(shop.both.stage.database) as watched:
        before = shop.both.connection.execute("SELECT count(*), max(updated_at) FROM orders").fetchone()
        found = compare_engines(shop.both, progress=lambda *_: None)
        after = shop.both.connection.execute("SELECT count(*), max(updated_at) FROM orders").fetchone()
        left = [each for each in watched.changed() if each.before != each.after]
    assert (before, left) == (after, [])
    return found


def test_every_pattern_is_compared_and_nothing_stays(shop, agreements):
    assert agreements.keys() == {pattern.name for pattern in shop.both.resolved.patterns}
    assert not {name: found for name, found in agreements.items() if found.verdict in {None, Equivalence.NO}}


def test_what_was_compared_is_said(agreements):
    assert agreements["order"].verdict is Equivalence.YES
    assert "sets of parameters" in agreements["order"].reason
    assert "compared as sets" in agreements["find"].reason
    assert "rows changed in the same way" in agreements["cancel"].reason


def _without_filter(query):
    match query:
        case Find():
            return replace(query, filter={})
        case Aggregate(stages=stages):
            return replace(query, stages=tuple(stage for stage in stages if "$match" not in stage))


def _shorter(query):
    match query:
        case Find(limit=int() as limit):
            return replace(query, limit=limit - 1)
        case Find():
            return replace(query, limit=1)
        case Aggregate(stages=stages):
            return replace(query, stages=(*stages, {"$limit": 1}))


@pytest.mark.parametrize(("name", "harm"), [("order", _without_filter), ("near", _shorter), ("big_ones", _shorter)])
def test_a_read_that_finds_other_rows_is_not_equivalent(shop, name, harm):
    read = shop.both.mql.pattern(name)
    assert isinstance(read, CompiledRead)
    harmed = replace(read, first=harm(read.first))
    found = compare_read(shop.both, shop.pattern(name), shop.both.sql.pattern(name), harmed)
    assert found.verdict is Equivalence.NO
    assert "only " in found.reason


def _otherwise(query, key, direction):
    """Return a limited read with a further sort key."""
    match query:
        case Find(sort=sort):
            return replace(query, sort={**sort, key: direction})
        case Aggregate(stages=stages):
            sorts = ({"$sort": {**stage["$sort"], key: direction}} if "$sort" in stage else stage for stage in stages)
            return replace(query, stages=tuple(sorts))


def test_rows_that_tie_at_a_limit_may_be_any(shop):
    read = shop.both.mql.pattern("fewest")
    harmed = replace(read, first=_otherwise(read.first, "product_id", -1))
    assert harmed != read
    found = compare_read(shop.both, shop.pattern("fewest"), shop.both.sql.pattern("fewest"), harmed)
    assert found.verdict is Equivalence.BOUNDED
    assert "that tie at the limit" in found.reason


def test_without_an_order_any_rows_fill_a_limit(shop):
    read, pattern = shop.both.mql.pattern("fewest"), replace(shop.pattern("fewest"), order=())
    other = replace(read, first=_without_sort(read.first))
    found = compare_read(shop.both, pattern, shop.both.sql.pattern("fewest"), other)
    assert found.verdict is Equivalence.BOUNDED
    strange = replace(read, first=replace(read.first, projection={**read.first.projection, "quantity": "$price"}))
    found = compare_read(shop.both, pattern, shop.both.sql.pattern("fewest"), strange)
    assert found.verdict is Equivalence.NO


def test_a_limited_answer_in_another_order_is_not_equivalent(shop):
    read = shop.both.mql.pattern("fewest")
    harmed = replace(read, first=_without_sort(read.first))
    found = compare_read(shop.both, shop.pattern("fewest"), shop.both.sql.pattern("fewest"), harmed)
    assert found.verdict is Equivalence.NO


def _without_sort(query):
    match query:
        case Find():
            return replace(query, sort={"quantity": -1})
        case Aggregate(stages=stages):
            return replace(query, stages=tuple(stage for stage in stages if "$sort" not in stage))


def _harmed(write: CompiledWrite, change) -> CompiledWrite:
    return replace(write, operations=tuple(change(operation) for operation in write.operations))


def _twice(operation):
    if isinstance(operation, UpdateDocuments) and "$inc" in operation.update:
        update = {**operation.update, "$inc": dict.fromkeys(operation.update["$inc"], 2)}
        return replace(operation, update=update)
    return operation


def test_a_write_that_leaves_another_state_is_not_equivalent(shop):
    write = shop.both.mql.pattern("visit")
    harmed = _harmed(write, _twice)
    assert harmed != write
    found = compare_write(shop.both, shop.pattern("visit"), shop.both.sql.pattern("visit"), harmed)
    assert found.verdict is Equivalence.NO
    assert "visits" in found.reason


def test_a_write_that_forgets_what_belongs_to_it_is_not_equivalent(shop):
    """The first operation alone: no cascade, no refusal."""
    write = shop.both.mql.pattern("cancel")
    assert isinstance(write, CompiledWrite)
    harmed = replace(write, operations=())
    found = compare_write(shop.both, shop.pattern("cancel"), shop.both.sql.pattern("cancel"), harmed)
    assert found.verdict is Equivalence.NO
    assert "only PostgreSQL deletes from" in found.reason
