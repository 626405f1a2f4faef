"""Places say where relations, attributes, copies and counts are, however deep they lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundplan.logical.derive import derive_relations
from groundplan.logical.facts import Facts
from groundplan.mongo.design.documents import collections_of
from groundplan.mongo.design.layout import Layout, Subset
from groundplan.mongo.model import DocumentModel
from groundplan.mongo.places import Places, Spot
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve

PLAN = """
plan: blog
conventions: {timestamps: false}
entities:
  User:    {attributes: {name: text}}
  Post:    {attributes: {title: text}}
  Comment: {attributes: {text: text, at: timestamp}}
  Badge:   {key: [user], attributes: {level: int}}
  Tag:     {attributes: {name: text}}
relationships:
  Post.author > User:       {inverse: posts}
  Post.tags <> Tag:         {inverse: posts}
  Comment.post > Post:      {inverse: comments}
  Comment.author > User:    {inverse: comments}
  Comment.parent > Comment?: {inverse: replies, same: post}
  Badge.user - User:        {inverse: badge}
"""


def places(tmp_path: Path, layout: Layout) -> Places:
    file = tmp_path / "blog.plan.yaml"
    file.write_text(PLAN)
    plan = read_plan(file).plan
    assert plan is not None
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    return Places(DocumentModel(version=6, collections=collections_of(layout, Facts(resolved, logical))), logical)


def test_a_collection_of_its_own_has_its_key_at_the_top(tmp_path: Path) -> None:
    found = places(tmp_path, Layout())
    assert found.place("comments").steps == ()
    assert found.path("comments", "id") == "_id"
    assert found.path("comments", "post_id") == "post_id"
    assert found.path("post_tags", "post_id") == "post_id"
    assert found.embedded("comments") is None


def test_attributes_left_out_are_those_of_the_document_around(tmp_path: Path) -> None:
    found = places(tmp_path, Layout(embedded={"posts": "author", "comments": "post", "badges": "user"}))
    place = found.place("comments")
    assert (place.collection, place.path, place.is_array) == ("users", "posts.comments", True)
    assert found.path("comments", "text") == "posts.comments.text"
    assert found.path("comments", "id") == "posts.comments.id"
    assert found.path("comments", "post_id") == "posts.id"
    assert found.path("posts", "author_id") == "_id"
    assert found.spot("comments", "post_id") == Spot(1, "id")
    assert found.path("badges", "level") == "badge.level"
    assert found.path("badges", "user_id") == "_id"
    assert not found.place("badges").is_array


def test_copies_counts_and_subsets_are_found_by_what_they_keep(tmp_path: Path) -> None:
    layout = Layout(
        embedded={"post_tags": "post"},
        copies={("comments", "author"): ("name",), ("post_tags", "tag"): ("name",)},
        counts=frozenset({("comments", "post")}),
        subsets={("comments", "post"): Subset(order="at", limit=5)},
    )
    found = places(tmp_path, layout)
    assert found.copy_of("comments", "author", "name") == "author.name"
    assert found.copy_of("comments", "post", "title") is None
    assert found.copy_of("post_tags", "tag", "name") == "tags.tag.name"
    assert found.counted("posts", of="comments", reference="post") == "comments_count"
    assert found.counted("posts", of="post_tags", reference="post") is None
    ((place, field),) = found.subsets("comments")
    assert (place.relation, field.limit) == ("posts", 5)
    assert found.place("comments").collection == "comments"


def test_a_stranger_is_nowhere(tmp_path: Path) -> None:
    found = places(tmp_path, Layout())
    with pytest.raises(KeyError):
        found.place("nothing")
    with pytest.raises(KeyError):
        found.path("posts", "nothing")
