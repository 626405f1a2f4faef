"""Documents are assembled as the model shapes them, inserted, and held against their validators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import bson
import pytest
from bson.codec_options import CodecOptions

from groundplan.logical.derive import derive_relations
from groundplan.logical.facts import Facts
from groundplan.mongo.design.documents import collections_of
from groundplan.mongo.design.layout import Layout, Subset
from groundplan.mongo.load import Assembler, Invalid, load_documents
from groundplan.mongo.model import Document, DocumentModel, SchemaVersion
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.rows.generate import generate_sample

NOW = datetime(2026, 1, 1, tzinfo=UTC)
OPTIONS = CodecOptions(tz_aware=True, uuid_representation=4)

PLAN = """
plan: forum
targets: {mongo: 6}
entities:
  User: {rows: {now: 40}, lifecycle: {delete: soft}, attributes: {name: text(20) unique, nick: text(20)?}}
  Post: {rows: {now: 60}, attributes: {title: text(40)}}
  Comment: {rows: {now: 300}, lifecycle: {delete: soft}, attributes: {said: text(50)}}
  Settings: {rows: {now: 30}, attributes: {theme: text(10)}}
  Tag: {rows: {now: 12}, attributes: {word: text(10) unique}}
relationships:
  Post.author > User?: {inverse: posts}
  Settings.user - User: {inverse: settings}
  Comment.post > Post: {inverse: comments, inverse_fanout: {p50: 4, max: 30}}
  Post.tags <> Tag: {inverse: posts, fanout: {p50: 2, max: 4}, attributes: {weight: int}}
access: {}
"""


@dataclass
class Loaded:
    """A sample, and a way to make documents of it."""

    logical: object
    sample: object
    facts: object

    def documents(self, layout: Layout, collection: str) -> list[dict]:
        found = next(each for each in collections_of(layout, self.facts) if each.name == collection)
        assembled = Assembler(self.logical, self.sample.relations).documents(found)
        return [bson.decode(each, codec_options=OPTIONS) for each in assembled]

    def rows(self, relation: str) -> list[dict]:
        rows = self.sample.of(relation)
        return [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]


@pytest.fixture(scope="module")
def forum(tmp_path_factory):
    plan = tmp_path_factory.mktemp("plan") / "forum.plan.yaml"
    plan.write_text(PLAN)
    resolved = resolve(read_plan(plan).plan)
    logical = derive_relations(resolved)
    sample = generate_sample(resolved, logical, now=NOW, largest=300, seed=1)
    return Loaded(logical, sample, Facts(resolved, logical))


def _there(row: dict, *names: str) -> dict:
    return {name: row[name] for name in names if row[name] is not None}


def test_a_document_has_the_fields_of_its_row_and_null_is_none(forum):
    documents = forum.documents(Layout(), "users")
    rows = forum.rows("users")
    assert any(row["nick"] is None for row in rows)
    assert documents == [{"_id": row["id"], **_there(row, *(name for name in row if name != "id"))} for row in rows]


def test_a_relation_whose_key_is_several_attributes_leaves_the_key_to_the_server(forum):
    documents = forum.documents(Layout(), "post_tags")
    assert all("_id" not in document for document in documents)
    assert len(documents) == len(forum.rows("post_tags")) > 0


def test_embedded_rows_are_arrays_in_the_order_of_the_rows(forum):
    documents = forum.documents(Layout(embedded={"comments": "post"}), "posts")
    for document in documents:
        expected = [row for row in forum.rows("comments") if row["post_id"] == document["_id"]]
        assert document["comments"] == [_there(row, *(name for name in row if name != "post_id")) for row in expected]
    assert any(not document["comments"] for document in documents)


def test_a_row_that_is_the_only_one_is_one_document(forum):
    documents = forum.documents(Layout(embedded={"settings": "user"}), "users")
    settings = {row["user_id"]: row for row in forum.rows("settings")}
    for document in documents:
        row = settings.get(document["_id"])
        assert document.get("settings", {}).get("theme") == (row["theme"] if row else None)


def test_links_are_embedded_on_one_side(forum):
    reference = forum.facts.relations["post_tags"].references[0].name
    documents = forum.documents(Layout(embedded={"post_tags": reference}), "posts")
    links = {(document["_id"], tag["tag_id"]) for document in documents for tag in document["tags"]}
    assert links == {(row["post_id"], row["tag_id"]) for row in forum.rows("post_tags")}


def test_copies_are_those_of_the_row_that_is_pointed_at(forum):
    documents = forum.documents(Layout(copies={("posts", "author"): ("name", "nick")}), "posts")
    users = {row["id"]: row for row in forum.rows("users")}
    seen = set()
    for document in documents:
        author = document.get("author_id")
        assert document.get("author") == (None if author is None else _there(users[author], "name", "nick"))
        seen.add(author is None)
    assert seen == {True, False}


def test_counts_and_subsets_leave_out_what_is_marked_as_deleted(forum):
    layout = Layout(
        subsets={("comments", "post"): Subset(order="created_at", limit=3)}, counts=frozenset({("comments", "post")})
    )
    rows = forum.rows("comments")
    marked = dict(enumerate(rows[::3]))
    for row in marked.values():
        row["deleted_at"] = NOW
    columns = forum.sample.of("comments").columns
    values = tuple([row[name] for row in rows] for name in columns)
    relations = [
        replace(each, values=values) if each.relation == "comments" else each for each in forum.sample.relations
    ]
    posts = next(each for each in collections_of(layout, forum.facts) if each.name == "posts")
    for raw in Assembler(forum.logical, relations).documents(posts):
        document = bson.decode(raw, codec_options=OPTIONS)
        live = [row for row in rows if row["post_id"] == document["_id"] and row["deleted_at"] is None]
        newest = sorted(live, key=lambda row: row["created_at"], reverse=True)[:3]
        assert document["comments_count"] == len(live)
        assert [each["created_at"] for each in document["newest_comments"]] == [row["created_at"] for row in newest]


def test_a_document_tells_its_shape(forum):
    users = next(each for each in collections_of(Layout(), forum.facts) if each.name == "users")
    document = Document(relation="users", fields=(*users.document.fields, SchemaVersion(name="shape", version=2)))
    made = Assembler(forum.logical, forum.sample.relations).documents(replace(users, document=document))
    assert {bson.decode(each, codec_options=OPTIONS)["shape"] for each in made} == {2}


def test_what_is_loaded_is_there_and_valid(forum, mongo_database):
    collections = collections_of(Layout(embedded={"comments": "post"}), forum.facts)
    validator = {"$jsonSchema": {"required": ["title", "comments"]}}
    mongo_database.create_collection("posts", validator=validator)
    model = DocumentModel(version=6, collections=collections)
    seen = []
    loaded = load_documents(
        mongo_database, model, Assembler(forum.logical, forum.sample.relations), on_step=seen.append
    )
    assert seen == [collection.name for collection in collections]
    for each in loaded:
        assert mongo_database[each.collection].count_documents({}) == each.documents
        assert mongo_database.command("collStats", each.collection)["size"] >= each.size > 0


def test_documents_that_the_validator_refuses_are_told(forum, mongo_database):
    mongo_database.create_collection("posts", validator={"$jsonSchema": {"required": ["nothing"]}})
    model = DocumentModel(version=6, collections=collections_of(Layout(), forum.facts))
    with pytest.raises(Invalid, match="the validator of posts refuses documents made for it, such as "):
        load_documents(mongo_database, model, Assembler(forum.logical, forum.sample.relations))
