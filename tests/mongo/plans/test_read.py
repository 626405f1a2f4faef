"""Plans of a real server are read in both shapes: by which index, how much was examined, what was sorted."""

from __future__ import annotations

import json

import pytest

from groundplan.mongo.plans import counting, explain, joined_collections, with_usage

POSTS, AUTHORS, COMMENTS = 2000, 50, 4000


@pytest.fixture(scope="module")
def blog(mongo_server):
    database = mongo_server.client["plans"]
    database.posts.insert_many(
        [{"_id": n, "kind": n % 20, "at": n * 7 % POSTS, "by": n % AUTHORS} for n in range(POSTS)]
    )
    database.authors.insert_many([{"_id": n, "name": f"author {n}"} for n in range(AUTHORS)])
    database.comments.insert_many([{"_id": n, "post": n % POSTS, "said": "x" * 50, "at": n} for n in range(COMMENTS)])
    database.posts.create_index([("kind", 1), ("at", 1)], name="kind_at")
    database.comments.create_index([("post", 1)], name="post")
    yield database
    mongo_server.client.drop_database("plans")


def find(database, collection, condition, **options):
    return explain(database, {"find": collection, "filter": condition, **options})


def aggregate(database, *stages):
    return explain(database, {"aggregate": "posts", "pipeline": list(stages), "cursor": {}})


def test_an_index_that_gives_the_order(blog):
    found = find(blog, "posts", {"kind": 3}, sort={"at": 1}, limit=5)
    (read,) = found.reads
    assert (read.collection, read.indexes, read.is_whole, read.is_bounded) == ("posts", ("kind_at",), False, True)
    assert (read.keys, read.documents, read.kept, found.returned) == (5, 5, 5, 5)
    assert found.sorts == ()


def test_a_collection_read_whole_and_sorted_in_memory(blog):
    found = find(blog, "posts", {"by": 3}, sort={"at": 1}, limit=5)
    (read,) = found.reads
    assert (read.indexes, read.is_whole, read.documents, read.kept) == ((), True, POSTS, POSTS // AUTHORS)
    (sort,) = found.sorts
    assert (sort.key, sort.sorted, sort.used, sort.is_spilled) == (("at",), POSTS // AUTHORS, 5, False)


def test_an_index_read_through_is_not_bounded(blog):
    found = explain(blog, {"find": "posts", "filter": {}, "hint": "kind_at"})
    assert not found.reads[0].is_bounded
    assert found.reads[0].keys == POSTS


def test_a_key(blog):
    found = find(blog, "posts", {"_id": 7})
    assert (found.indexes, found.documents, found.returned) == (("_id_",), 1, 1)


def test_a_filter_that_throws_documents_away(blog):
    found = find(blog, "posts", {"kind": 3, "by": 3})
    assert (found.reads[0].documents, found.reads[0].kept) == (100, 20)


def test_a_covered_read_examines_keys(blog):
    found = find(blog, "posts", {"kind": 3}, projection={"_id": 0, "kind": 1, "at": 1})
    assert (found.keys, found.documents, found.examined, found.returned) == (100, 0, 100, 100)


JOIN = {"from": "comments", "localField": "_id", "foreignField": "post", "as": "comments"}
FIRST = ({"$match": {"kind": 3}}, {"$sort": {"at": 1}}, {"$limit": 5})


def test_a_join_by_an_index_in_the_slot_based_engine(blog):
    found = aggregate(blog, *FIRST, {"$lookup": JOIN})
    assert json.loads(found.text)["explainVersion"] == "2"
    own, joined = found.reads
    assert (own.indexes, own.documents, own.kept) == (("kind_at",), 5, 5)
    assert (joined.collection, joined.indexes, joined.is_whole) == ("comments", ("post",), False)
    assert (joined.documents, joined.loops) == (10, 5)
    assert found.indexes == ("kind_at", "post")


def test_a_join_with_a_pipeline_in_the_classic_engine(blog):
    found = aggregate(blog, *FIRST, {"$lookup": {**JOIN, "pipeline": [{"$sort": {"at": -1}}, {"$limit": 1}]}})
    assert json.loads(found.text)["explainVersion"] == "1"
    own, joined = found.reads
    assert (own.documents, joined.documents, joined.indexes, joined.loops) == (5, 10, ("post",), 5)


@pytest.mark.parametrize("pipeline", [None, [{"$match": {"at": {"$gt": 3}}}]])
def test_a_join_without_an_index_reads_the_other_collection_whole(blog, pipeline):
    join = {**JOIN, "foreignField": "at"} | ({} if pipeline is None else {"pipeline": pipeline})
    _, joined = aggregate(blog, *FIRST, {"$lookup": join}).reads
    assert joined.is_whole
    assert joined.documents >= COMMENTS


def test_groups_and_the_sort_of_what_they_give(blog):
    found = aggregate(blog, {"$match": {"kind": 3}}, {"$group": {"_id": "$by", "n": {"$sum": 1}}}, {"$sort": {"n": -1}})
    assert (found.reads[0].documents, found.reads[0].kept) == (100, 100)
    assert found.returned == 5
    assert [sort.key for sort in found.sorts] == [("n",)]


@pytest.mark.parametrize(
    ("command", "written"),
    [
        ({"update": "posts", "updates": [{"q": {"_id": 3}, "u": {"$set": {"at": 1}}}]}, 1),
        ({"update": "posts", "updates": [{"q": {"_id": -1}, "u": {"$set": {"at": 1}}, "upsert": True}]}, 1),
        ({"delete": "posts", "deletes": [{"q": {"kind": 3, "by": 3}, "limit": 0}]}, 20),
    ],
)
def test_writes_are_explained_and_not_done(blog, command, written):
    before = list(blog.posts.find().sort("_id"))
    assert explain(blog, command).returned == written
    assert list(blog.posts.find().sort("_id")) == before


def test_a_sort_that_spills(blog):
    command = {
        "aggregate": "comments",
        "pipeline": [{"$unwind": "$said"}, {"$sort": {"said": 1}}],
        "cursor": {},
        "allowDiskUse": True,
    }
    limit = "internalQueryMaxBlockingSortMemoryUsageBytes"
    usual = blog.client.admin.command("setParameter", 1, **{limit: 50_000})["was"]
    try:
        found = explain(blog, command)
    finally:
        blog.client.admin.command("setParameter", 1, **{limit: usual})
    assert found.spills == ("sort by said of 4,000 documents",)


def test_the_text_tells_nothing_about_the_machine(blog):
    text = find(blog, "posts", {"_id": 7}).text
    assert "serverInfo" not in text
    assert "host" not in text


def test_a_command_without_a_plan_is_refused(blog):
    with pytest.raises(ValueError, match="does not explain insert"):
        explain(blog, {"insert": "posts", "documents": []})


@pytest.mark.parametrize("pipeline", [None, [{"$sort": {"at": -1}}]])
def test_a_join_whose_rows_are_unwound_tells_what_it_examined(blog, pipeline):
    join = JOIN if pipeline is None else {**JOIN, "pipeline": pipeline}
    found = aggregate(blog, {"$match": {"_id": {"$lt": 3}}}, {"$lookup": join}, {"$unwind": "$comments"})
    own, joined = found.reads
    assert (own.documents, joined.documents, joined.indexes, found.returned) == (3, 6, ("post",), 6)


@pytest.mark.parametrize("is_indexed", [True, False])
def test_a_join_inside_a_join_is_seen_by_its_use(blog, is_indexed):
    inner = {**JOIN, "foreignField": "post" if is_indexed else "at", "as": "again"}
    outer = {"from": "authors", "localField": "by", "foreignField": "_id", "as": "by", "pipeline": [{"$lookup": inner}]}
    stages = [{"$match": {"_id": {"$lt": 3}}}, {"$lookup": outer}]
    joined = joined_collections(stages)
    assert joined == ("authors", "comments")
    with counting(blog, joined) as usage:
        list(blog.posts.aggregate(stages))
    _, authors, comments = with_usage(aggregate(blog, *stages), usage, joined=joined).reads
    assert authors.indexes == ("_id_",)
    assert (comments.indexes, comments.is_whole) == (("post",) if is_indexed else (), not is_indexed)


def test_joins_inside_joins_are_known_by_name():
    inner = {"$lookup": {"from": "authors", "pipeline": [{"$lookup": {"from": "posts"}}]}}
    assert joined_collections([{"$lookup": {"from": "comments", "pipeline": [inner]}}]) == (
        "comments",
        "authors",
        "posts",
    )
