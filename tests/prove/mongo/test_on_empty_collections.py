"""Before any document is there: the catalog reads back equal, every rule refuses, what expires goes."""

from __future__ import annotations

import pytest

from groundplan.mongo.commands import create_commands
from groundplan.prove.mongo import expiry
from groundplan.prove.mongo.catalog import prove_catalog
from groundplan.prove.mongo.expiry import prove_expiry
from groundplan.prove.mongo.refusals import prove_refusals
from groundplan.prove.mongo.refusals.rules import broken_rules, rules_of


@pytest.fixture
def created(shop, mongo_database):
    """An empty database with the shop's collections, and the commands that made it."""
    commands = create_commands(shop.both.mongo.model, shop.both.grounds.logical)
    for command in commands:
        mongo_database.command(dict(command))
    return mongo_database, commands


def test_a_database_as_it_was_created_has_no_differences(created):
    database, commands = created
    found = prove_catalog(database, commands)
    assert found.differences == ()
    assert found.objects_compared > len(commands)


def _unique(created, shop):
    collection = next(
        each for each in shop.both.mongo.model.collections if any(index.is_unique for index in each.indexes)
    )
    return collection, next(index for index in collection.indexes if index.is_unique)


def test_every_kind_of_difference_is_told(created, shop):
    database, commands = created
    collection, index = _unique(created, shop)
    database[collection.name].drop_index(index.name)
    database[collection.name].create_index([("odd", 1)], name="odd")
    database.create_collection("strange")
    dropped = next(each.name for each in shop.both.mongo.model.collections if each is not collection)
    database.drop_collection(dropped)
    told = "\n".join(prove_catalog(database, commands).differences)
    assert f"index {index.name} of {collection.name} is not there" in told
    assert f"index odd of {collection.name} is there and was not to be" in told
    assert "strange is there and was not to be" in told
    assert f"{dropped} is not there" in told


def test_a_validator_and_an_index_that_differ_are_told(created, shop):
    database, commands = created
    collection, index = _unique(created, shop)
    database.command({"collMod": collection.name, "validator": {}})
    database[collection.name].drop_index(index.name)
    database[collection.name].create_index([(key.path, -1) for key in index.keys], name=index.name)
    told = "\n".join(prove_catalog(database, commands).differences)
    assert f"validator of {collection.name} reads back different" in told
    assert f"the keys of index {index.name} of {collection.name} read back different" in told
    assert f"unique of index {index.name} of {collection.name} reads back different" in told


def test_every_rule_and_unique_index_of_the_shop_is_proven(shop):
    unproven = [claim for claim in shop.loaded.constraints if not claim.is_proven]
    assert not unproven
    kinds = {claim.kind for claim in shop.loaded.constraints}
    assert {"required", "type", "other fields", "maxLength", "minLength", "maximum", "enum", "unique"} <= kinds
    assert {claim.sqlstate for claim in shop.loaded.constraints} == {"121", "11000"}


def _claims(database, shop, collection):
    documents = [{**each} for each in shop.both.stage.database[collection.name].find().limit(50)]
    found = prove_refusals(database, collection, shop.both.grounds.logical, documents=documents)
    return {(claim.column, claim.kind): claim for claim in found}


def test_a_validator_that_lets_all_pass_proves_nothing(created, shop):
    database, _ = created
    collection, index = _unique(created, shop)
    database.command({"collMod": collection.name, "validator": {}})
    database[collection.name].drop_index(index.name)
    claims = _claims(database, shop, collection)
    unique = claims.pop((", ".join(key.path for key in index.keys), "unique"))
    assert not unique.is_proven
    rules = [claim for claim in claims.values() if claim.kind != "unique"]
    assert rules
    assert not any(claim.is_proven for claim in rules)
    assert database[collection.name].count_documents({}) == 0


def test_rules_are_told_from_each_other_in_what_the_server_says(mongo_database):
    schema = {
        "required": ["a", "items"],
        "properties": {
            "_id": {},
            "a": {"bsonType": "string", "minLength": 2, "maxLength": 4},
            "items": {"bsonType": "array", "items": {"required": ["n"], "properties": {"n": {"minimum": 0}}}},
            "pair": {"items": [{"maximum": 10}, {}]},
        },
        "additionalProperties": False,
    }
    validator = {"$and": [{"$jsonSchema": schema}, {"$expr": {"$ne": ["$a", "bad"]}}]}
    mongo_database.create_collection("things", validator=validator)
    known = {rule.identity for rule in rules_of(validator)}
    for document, broken in [
        ({"a": "x", "items": []}, {(("a",), "minLength")}),
        ({"a": 7, "items": []}, {(("a",), "bsonType")}),
        ({"items": []}, {(("a",), "required")}),
        ({"a": "ok", "items": [], "b": 1}, {((), "additionalProperties")}),
        ({"a": "ok", "items": [{"n": 1}, {"n": -1}]}, {(("items", "[]", "n"), "minimum")}),
        ({"a": "ok", "items": [{}]}, {(("items", "[]", "n"), "required")}),
        ({"a": "ok", "items": [], "pair": [11, 1]}, {(("pair", "[0]"), "maximum")}),
        ({"a": "bad", "items": []}, {(("[1]",), "$expr")}),
        ({"a": "toolong", "items": 3}, {(("a",), "maxLength"), (("items",), "bsonType")}),
    ]:
        with pytest.raises(Exception, match="failed validation") as refused:
            mongo_database.things.insert_one(document)
        told = broken_rules(refused.value.details["errInfo"]["details"])
        assert told == broken
        assert told <= known


def test_what_expires_goes_and_its_neighbour_stays(shop):
    (expired,) = shop.loaded.behaviours
    assert expired.holds
    assert expired.object.endswith(".until")


def test_what_does_not_expire_is_told(shop, mongo_database, monkeypatch):
    monkeypatch.setattr(expiry, "_PATIENCE_SECONDS", 0.3)
    commands = create_commands(shop.both.mongo.model, shop.both.grounds.logical)
    (found,) = prove_expiry(mongo_database, shop.both.mongo.model, commands)  # nothing expires while a shop is open
    assert not found.holds
    assert "was there after" in found.seen
