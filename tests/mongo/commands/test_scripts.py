"""The scripts that create a design: mongosh, Python and JSON make the same collections, and a revert leaves nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from bson import json_util

from groundplan.mongo.commands import (
    create_commands,
    drop_commands,
    revert_js,
    schema_js,
    schema_json,
    schema_py,
    validator_files,
)
from groundplan.mongo.model import (
    AuditTrail,
    Collection,
    Counters,
    Document,
    DocumentModel,
    Index,
    IndexKey,
    KeyKind,
    ShardKey,
    TimeSeries,
    ValueField,
)
from groundplan.plan.types import Float, Integer, Text, Timestamp

from .studio import FLAT, HOSTILE, NESTED, STUDIO, Studio, designed

EVERY_INDEX = (
    Index(name="text", keys=(IndexKey(path="a", kind=KeyKind.TEXT),), weights=(("a", 5),), language="english"),
    Index(name="down", keys=(IndexKey(path="b", kind=KeyKind.DESCENDING), IndexKey(path="c"), IndexKey(path="a b"))),
    Index(name="hashed", keys=(IndexKey(path="b", kind=KeyKind.HASHED),)),
    Index(name="gone", keys=(IndexKey(path="at"),), expire_after_seconds=0, serves=("expiry of things",)),
    Index(name="some", keys=(IndexKey(path="c"),), is_unique=True, where={"b": {"$gt": 2**40}}, serves=("x", "y")),
    Index(name="wild", keys=(IndexKey(path="d.$**"),)),
    Index(name="sphere", keys=(IndexKey(path="place", kind=KeyKind.SPHERE), IndexKey(path="b"))),
)


def field(name: str, of: Any) -> ValueField:
    return ValueField(name=name, attribute=name, type=of, is_optional=name != "at")


THINGS = Collection(
    name="stats",
    document=Document(
        relation="things",
        fields=(
            field("a", Text()),
            field("b", Integer()),
            field("c", Text()),
            field("d", Text()),
            field("at", Timestamp()),
        ),
    ),
    indexes=EVERY_INDEX,
    shard_key=ShardKey(keys=(IndexKey(path="b", kind=KeyKind.HASHED),)),
)
MEASURED = Collection(
    name="measured",
    document=Document(relation="measured", fields=(field("at", Timestamp()), field("by", Text()), field("v", Float()))),
    time_series=TimeSeries(time_field="at", meta_field="by", granularity="minutes"),
    indexes=(
        Index(name="gone", keys=(IndexKey(path="at"),), expire_after_seconds=3600),
        Index(name="by", keys=(IndexKey(path="by"), IndexKey(path="at"))),
    ),
)


def by_hand() -> Studio:
    made = designed(STUDIO, layout=FLAT)
    own = (AuditTrail(name="things_audit", relation="things"), Counters(name="counters", keys=("things.id", "b.id")))
    model = DocumentModel(version=6, collections=(THINGS, MEASURED), own=own)
    return Studio(resolved=made.resolved, logical=made.logical, model=model)


DESIGNS = {
    "nested": lambda: designed(STUDIO, layout=NESTED),
    "flat": lambda: designed(STUDIO, layout=FLAT),
    "hostile": lambda: designed(HOSTILE, layout=FLAT),
    "every kind of index": by_hand,
}


@pytest.fixture(params=DESIGNS)
def made(request: pytest.FixtureRequest) -> Studio:
    return DESIGNS[request.param]()


def catalog(database) -> dict[str, Any]:
    """What a database holds, free of what the server makes up."""
    found: dict[str, Any] = {}
    for each in database.list_collections():
        if each["name"].startswith("system."):
            continue
        each.pop("info")
        each.pop("idIndex", None)
        indexes = [] if each["type"] == "view" else [dict(index) for index in database[each["name"]].list_indexes()]
        keys = [[*map(list, index["key"].items())] for index in indexes]
        found[each["name"]] = (each, sorted(zip(map(str, indexes), keys, strict=True)))
    return found


@pytest.fixture
def wanted(mongo_server, mongo_database, made: Studio) -> dict[str, Any]:
    """The catalog that the commands make, which then are taken back."""
    for command in create_commands(made.model, made.logical):
        mongo_database.command(command)
    found = catalog(mongo_database)
    assert set(found) == {each.name for each in (*made.model.collections, *made.model.own, *made.model.views)}
    for command in drop_commands(made.model):
        mongo_database.command(command)
    assert catalog(mongo_database) == {}
    return found


def test_mongosh_makes_what_the_commands_make(mongosh, mongo_database, made, wanted, tmp_path) -> None:
    script = tmp_path / "schema.js"
    script.write_text(schema_js(made.model, made.logical))
    done = mongosh(script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert catalog(mongo_database) == wanted
    assert mongosh(script).returncode != 0, "a second run is told that the collections are there"
    script.write_text(revert_js(made.model))
    assert mongosh(script).returncode == 0
    assert catalog(mongo_database) == {}


def test_python_makes_what_the_commands_make(mongo_server, mongo_database, made, wanted, tmp_path) -> None:
    script = tmp_path / "schema.py"
    script.write_text(schema_py(made.model, made.logical))
    host, port = next(iter(mongo_server.client.nodes))
    uri = f"mongodb://{host}:{port}/{mongo_database.name}?directConnection=true"

    def run(**settings: str) -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if name != "MONGODB_URI"} | settings
        return subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)

    assert run().returncode == 2
    done = run(MONGODB_URI=uri)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert catalog(mongo_database) == wanted
    again = run(MONGODB_URI=uri)
    assert again.returncode == 1
    assert "already exists" in again.stderr


def test_json_makes_what_the_commands_make(mongo_database, made, wanted) -> None:
    for command in json_util.loads(schema_json(made.model, made.logical)):
        mongo_database.command(command)
    assert catalog(mongo_database) == wanted


def test_a_validator_file_is_what_coll_mod_takes(mongo_database, made, wanted) -> None:
    files = validator_files(made.model, made.logical)
    validated = [*(each for each in made.model.collections if each.time_series is None), *made.model.own]
    for collection, (name, text) in zip(validated, files.items(), strict=True):
        assert re.fullmatch(r"[A-Za-z0-9_-]+\.json", name)
        mongo_database.create_collection(collection.name)
        change = json_util.loads(text)
        mongo_database.command({"collMod": collection.name, **change})
        assert catalog(mongo_database)[collection.name][0]["options"] == wanted[collection.name][0]["options"]


def test_a_field_called_language_chooses_no_language(mongo_database) -> None:
    made = by_hand()
    for command in create_commands(made.model, made.logical)[:2]:
        mongo_database.command({**command, "validator": {}} if "create" in command else command)
    mongo_database.stats.insert_one({"a": "words", "language": "klingon"})


def test_sharding_is_said_and_not_run(made) -> None:
    text = schema_js(made.model, made.logical)
    lines = [line for line in text.splitlines() if "shardCollection" in line]
    sharded = [each for each in made.model.collections if each.shard_key is not None]
    assert len(lines) == len(sharded)
    assert all(line.startswith("// sh.shardCollection(") for line in lines)
    assert ("Not proven" in text) is bool(sharded)


def test_scripts_are_the_same_each_time(made) -> None:
    for write in (schema_js, schema_py, schema_json):
        assert write(made.model, made.logical) == write(made.model, made.logical)
