"""The newest rows come from the document that keeps them, and the pages after from all rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from groundplan.mongo.design.layout import Layout, Subset
from groundplan.mongo.queries.model import Aggregate, CompiledRead
from groundplan.mongo.server import EmbeddedMongod

from ....postgres.queries.shop import SHOP, Built, built
from ....postgres.queries.walk import answer
from .both import comparable, compiled_reads, layout_model, load, relations_of, run
from .test_reads import NOW

ACCESS = """
  newest:   {read: Post, where: author = :author, order: at desc, page: 2, fields: [title, at, author.name]}
  whole:    {read: Post, where: author = :author, order: at desc, page: 1000, fields: [title, at, author.name]}
  limited:  {read: Post, where: author = :author, order: at desc, limit: 3, fields: [slug]}
  more:     {read: Post, where: author = :author, order: at desc, limit: 4, fields: [slug]}
  oldest:   {read: Post, where: author = :author, order: at, limit: 3, fields: [slug]}
  ranked:   {read: Post, where: author = :author and rank = 1, order: at desc, limit: 3, fields: [slug]}
  anybody:  {read: Post, order: at desc, limit: 3, fields: [slug]}
  tagged:   {read: Post, where: author = :author, order: at desc, limit: 3, fields: [slug, tags.name]}
"""


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory, mongo_server: EmbeddedMongod, world: Any) -> Iterator[Any]:
    plan = built(SHOP + ACCESS, tmp_path_factory.mktemp("newest"))
    layout = Layout(subsets={("posts", "author"): Subset(order="at", limit=3)}, copies={("posts", "author"): ("name",)})
    model = layout_model(plan.resolved, plan.logical, layout)
    database = mongo_server.client["newest"]
    load(database, model, plan.logical, relations_of(world, plan))
    yield plan, database, compiled_reads(plan.resolved, plan.logical, model)
    mongo_server.client.drop_database("newest")


def test_the_first_page_is_one_document_and_the_next_are_all_rows(newest: Any, world: Any) -> None:
    plan: Built
    plan, database, reads = newest
    read = reads["newest"]
    assert isinstance(read, CompiledRead)
    assert read.first.collection == "users"
    assert read.next.collection == "posts"
    for author in world.rows["User"]:
        arguments = {"author": author.get("id")}
        page = run(database, read, read.first, arguments, NOW)
        found = page
        while len(page) == read.page:
            cursor = {key.parameter: page[-1][key.field] for key in read.cursor}
            page = run(database, read, read.next, {**arguments, **cursor}, NOW)
            found = found + page
        expected = answer(world, plan.pattern("whole"), arguments, plan)
        shown = [{name: row[name] for name in ("title", "at", "author_name")} for row in found]
        assert [row["at"] for row in shown] == [row["at"] for row in expected]
        assert sorted(map(str, comparable(shown))) == sorted(map(str, comparable(expected)))


@pytest.mark.parametrize("name", ["more", "oldest", "ranked", "anybody", "tagged"])
def test_what_the_document_does_not_keep_is_read_from_all_rows(name: str, newest: Any) -> None:
    query = newest[2][name].first
    assert query.collection == "posts"


def test_a_limit_within_the_subset_is_read_from_it(newest: Any) -> None:
    query = newest[2]["limited"].first
    assert isinstance(query, Aggregate)
    assert query.collection == "users"
