"""Search and nearness: the same rows from both engines, through all pages."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from groundplan.mongo.commands import create_commands
from groundplan.mongo.design import design_mongo
from groundplan.mongo.queries import compile_workload
from groundplan.mongo.queries.model import CompiledRead, NotCompiled
from groundplan.mongo.server import EmbeddedMongod
from groundplan.postgres.queries import decode_cursor, encode_cursor
from groundplan.postgres.server import EmbeddedPostgres

from ....postgres.queries.conftest import fetched
from ....postgres.queries.shop import built
from .both import RelationValues, load, run
from .test_reads import NOW

PLAN = """
plan: atlas
targets: {postgres: 18}
conventions: {timestamps: false, keys: identity}
entities:
  Place:
    rows: {now: 40K}
    lifecycle: {delete: soft}
    attributes:
      name: text(100)
      about: text?
      coordinates: point?
      area: polygon?
      stars: int?
access:
  near:     {read: Place, near: {coordinates: ":here", within: 400km}, page: 3, fields: [id, name]}
  good:     {read: Place, near: {coordinates: ":here", within: 400km}, where: stars = 2, fields: [id]}
  nearest:  {read: Place, near: {coordinates: ":here", within: 400km}, one: true, fields: [id]}
  found:    {read: Place, search: {in: [name, about], language: english}, page: 2, fields: [id]}
  by_stars: {read: Place, search: {in: [name, about]}, order: stars desc, page: 2, fields: [id, stars]}
  starred:  {read: Place, search: {in: [name, about]}, where: stars > :stars, fields: [id], order: id}
"""
WORDS = ("lake", "hill", "inn", "o'clock", "mill", "running")
HERE = (11.5, 48.1)


@pytest.fixture(scope="module")
def atlas(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: EmbeddedPostgres, mongo_server: EmbeddedMongod
) -> Iterator[Any]:
    plan = built(PLAN, tmp_path_factory.mktemp("atlas"))
    design = design_mongo(plan.resolved, plan.logical)
    reads = {each.pattern: each for each in compile_workload(plan.resolved, plan.logical, design).patterns}
    dice = random.Random(3)
    rows = []
    for number in range(1, 80):
        point = (HERE[0] + dice.choice([-3, -1, 0, 0, 1, 4]), HERE[1] + dice.choice([-2, 0, 0, 1, 3]))
        rows.append(
            {
                "id": number,
                "name": " ".join(dice.sample(WORDS, 2)),
                "about": dice.choice([None, " ".join(dice.sample(WORDS, 3))]),
                "coordinates": dice.choice([None, point, point, point]),
                "area": None,
                "stars": dice.choice([None, 1, 2]),
                "deleted_at": dice.choice([None, None, None, NOW]),
            }
        )
    documents = mongo_server.client["atlas"]
    columns = tuple(rows[0])
    values = tuple(tuple(row[name] for row in rows) for name in columns)
    load(documents, design.model, plan.logical, [RelationValues(relation="places", columns=columns, values=values)])
    for command in create_commands(design.model, plan.logical):
        if "createIndexes" in command:
            documents.command(command)
    postgres_server.create_database("atlas")
    with postgres_server.connect("atlas") as connection:
        connection.execute(plan.schema)
        for row in rows:
            place = row["coordinates"]
            connection.execute(
                "INSERT INTO places (id, name, about, coordinates, stars, deleted_at) OVERRIDING SYSTEM VALUE"
                " VALUES (%(id)s, %(name)s, %(about)s, %(coordinates)s, %(stars)s, %(deleted_at)s)",
                {**row, "coordinates": None if place is None else f"({place[0]},{place[1]})"},
            )
        yield plan, connection, documents, reads
    mongo_server.client.drop_database("atlas")
    postgres_server.drop_database("atlas")


def of_postgres(plan: Any, connection: Any, name: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    read = plan.read(name)
    page = fetched(connection, read.first, arguments)
    found = page
    while read.page is not None and len(page) == read.page:
        page = fetched(connection, read.next, {**arguments, **decode_cursor(read, encode_cursor(read, page[-1]))})
        found = found + page
    return found


def of_mongo(documents: Any, read: Any, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    assert isinstance(read, CompiledRead), read
    page = run(documents, read, read.first, arguments, NOW)
    found = page
    while read.page is not None and len(page) == read.page:
        cursor = {key.parameter: page[-1][key.field] for key in read.cursor}
        page = run(documents, read, read.next, {**arguments, **cursor}, NOW)
        found = found + page
    return found


def test_what_is_near_is_the_same_and_nearest_first(atlas: Any) -> None:
    """Equal distances differ in their last digits, by the formula of each engine; the rest is the same."""
    plan, connection, documents, reads = atlas
    expected = {row["id"]: row["distance"] for row in of_postgres(plan, connection, "near", {"here": "(11.5,48.1)"})}
    found = of_mongo(documents, reads["near"], {"here": HERE})
    assert {row["id"]: row["distance"] for row in found} == pytest.approx(expected, rel=0.001)
    assert len(found) == len(expected) > 10
    in_order = [expected[row["id"]] for row in found]
    assert in_order == pytest.approx(sorted(in_order), rel=1e-9)


def test_conditions_go_with_nearness(atlas: Any) -> None:
    plan, connection, documents, reads = atlas
    for name in ("good", "nearest"):
        expected = of_postgres(plan, connection, name, {"here": "(11.5,48.1)"})
        found = of_mongo(documents, reads[name], {"here": HERE})
        assert expected
        assert sorted(row["id"] for row in found) == sorted(row["id"] for row in expected)


@pytest.mark.parametrize("words", ["lake", "hill lake", "mill inn lake", "nothing", "lake hill nothing", ""])
@pytest.mark.parametrize("name", ["found", "by_stars", "starred"])
def test_every_word_has_to_match(name: str, words: str, atlas: Any) -> None:
    plan, connection, documents, reads = atlas
    arguments = {"words": words, "stars": 1} if name == "starred" else {"words": words}
    expected = of_postgres(plan, connection, name, arguments)
    found = of_mongo(documents, reads[name], arguments)
    assert [row["id"] for row in found] == [row["id"] for row in expected]


def test_a_search_that_the_one_text_index_does_not_serve_is_said_to_be_none(tmp_path: Any) -> None:
    other = "  about:    {read: Place, search: {in: [about], language: simple}, fields: [id], order: id}\n"
    plan = built(PLAN + other, tmp_path)
    design = design_mongo(plan.resolved, plan.logical)
    kept = [index for index in design.model.collections[0].indexes if index.name != "places_text_idx"]
    only = type(design.model)(
        version=6,
        collections=(_with(design.model.collections[0], tuple(kept)),),
    )
    reads = compile_workload(plan.resolved, plan.logical, type(design)(model=only))
    refused = reads.pattern("about")
    assert isinstance(refused, NotCompiled)
    assert "one text index" in refused.reason
    assert refused.help == "write `mongo:` for it"


def _with(collection: Any, indexes: Any) -> Any:
    from dataclasses import replace

    return replace(collection, indexes=indexes)
