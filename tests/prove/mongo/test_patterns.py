"""Patterns, walks and transactions on a loaded mongod: met where the design serves them, missed where it is harmed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.mongo.queries.model import CompiledRead, Find, NotCompiled
from groundplan.prove.evidence import Verdict
from groundplan.prove.mongo import pagination
from groundplan.prove.mongo.changes import undone_afterwards, watching
from groundplan.prove.mongo.patterns import prove_pattern
from groundplan.prove.mongo.shape import DocumentGround
from groundplan.prove.mongo.transactions import prove_transactions


def _prove(shop, name, *, stage=None, compiled=None):
    found = compiled or shop.both.mql.pattern(name)
    return prove_pattern(stage or shop.both.stage, shop.pattern(name), found)


def test_a_read_by_a_key_names_its_index_and_counts_what_it_examines(shop):
    found = _prove(shop, "order")
    assert (found.shape_verdict, found.time_verdict, found.runs) == (Verdict.MET, Verdict.MET, 120)
    assert "number" in found.index
    assert {case.case for case in found.cases} == {"hot", "typical", "absent"}
    assert 1 <= found.rows_examined <= 20


def test_pages_are_explained_to_the_next(shop):
    cases = [case.case for case in _prove(shop, "big_ones").cases]
    assert any(case.endswith("next page") for case in cases)


@pytest.fixture
def unindexed(shop):
    """The stage with the indexes of orders gone, for the time of a test."""
    database = shop.both.stage.database
    collection = database[shop.both.stage.grounds.places.place("orders").collection]
    kept = [index for index in collection.list_indexes() if index["name"] != "_id_"]
    for index in kept:
        collection.drop_index(index["name"])
    yield shop.both.stage
    for index in kept:
        options = {name: value for name, value in index.items() if name not in {"v", "key"}}
        collection.create_index(list(index["key"].items()), **options)


def test_without_its_index_a_read_is_missed_and_says_why(shop, unindexed):
    found = _prove(shop, "order", stage=unindexed)
    assert found.shape_verdict is Verdict.MISSED
    assert "from its beginning" in found.reason


def test_a_small_collection_may_be_read_whole(shop, unindexed):
    ground = DocumentGround(declared=dict.fromkeys(unindexed.ground.declared, 100), loaded=unindexed.ground.loaded)
    found = _prove(shop, "order", stage=replace(unindexed, ground=ground))
    assert found.shape_verdict is Verdict.MET
    assert "whole: 100 are declared" in found.reason


@pytest.mark.parametrize("name", ["buy", "add_line", "visit", "pay", "cancel", "stock"])
def test_writes_are_proven_and_leave_nothing(shop, name):
    database = shop.both.stage.database
    with watching(database) as watched:
        found = _prove(shop, name)
        assert list(watched.changed()) == []
    assert found.shape_verdict is Verdict.MET, found.reason
    assert found.runs >= 100


def test_a_pattern_that_cannot_be_compiled_is_not_proven(shop):
    refused = NotCompiled(pattern="order", reason="it is odd", help="write it otherwise")
    found = _prove(shop, "order", compiled=refused)
    assert (found.shape_verdict, found.reason) == (Verdict.NOT_PROVEN, "it is odd; write it otherwise")


def test_a_command_that_the_server_refuses_is_missed(shop):
    read = shop.both.mql.pattern("order")
    wrong = CompiledRead(
        pattern="order",
        first=Find(collection="orders", filter={"$odd": 1}, projection={}),
        fields=read.fields,
        parameters=read.parameters,
    )
    found = _prove(shop, "order", compiled=wrong)
    assert found.shape_verdict is Verdict.MISSED
    assert found.reason.startswith("MongoDB refuses it: code ")


def _walks(shop, workload=None):
    both = shop.both
    found = pagination.prove_walks(both.stage, both.resolved, workload or both.mql, design=both.mongo)
    return {walk.pattern: walk for walk in found}


def test_pages_show_each_row_once_also_while_rows_come_in(shop):
    walks = _walks(shop)
    assert {"orders_of", "big_ones"} <= walks.keys()
    for walk in walks.values():
        assert walk.is_exactly_once, walk
        assert walk.is_exactly_once_while_inserting, walk
    assert walks["big_ones"].pages > 2
    assert walks["big_ones"].rows_inserted_during > 0


def test_a_page_that_does_not_go_on_from_the_last_is_found(shop):
    stuck = tuple(
        replace(each, next=each.first) if each.pattern == "big_ones" else each for each in shop.both.mql.patterns
    )
    walk = _walks(shop, replace(shop.both.mql, patterns=stuck))["big_ones"]
    assert not walk.is_exactly_once
    assert "came twice" in walk.reason


def test_transactions_are_committed_and_rolled_back_whole(shop):
    both = shop.both
    with undone_afterwards(both.stage.database):
        (found,) = prove_transactions(both.stage, both.resolved, both.mql)
    assert (found.is_committed, found.is_rolled_back_whole, found.reason) == (True, True, None)


def test_what_changed_is_known_and_put_back(mongo_database):
    mongo_database.things.insert_many([{"_id": 1, "n": 1}, {"_id": 2, "n": 2}])
    before = list(mongo_database.things.find())
    with undone_afterwards(mongo_database), watching(mongo_database) as watched:
        mongo_database.things.update_one({"_id": 1}, {"$set": {"n": 5}})
        mongo_database.things.delete_one({"_id": 2})
        mongo_database.others.insert_one({"_id": 3})
        found = {(each.collection, (each.before or each.after)["_id"]): each for each in watched.changed()}
        assert found["things", 1].before == {"_id": 1, "n": 1}
        assert found["things", 1].after == {"_id": 1, "n": 5}
        assert found["things", 2].after is None
        assert found["others", 3].before is None
    assert list(mongo_database.things.find()) == before
    assert mongo_database.others.count_documents({}) == 0
