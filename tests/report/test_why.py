"""The decisions behind an object, by its name in the design or in the plan."""

from dataclasses import replace
from pathlib import Path

import pytest

from groundplan.base.decisions import Decision
from groundplan.base.errors import UnknownObject
from groundplan.report.decisions_json import decisions_json, read_decisions_json, record_of
from groundplan.report.model import DesignResult
from groundplan.report.why import why
from groundplan.service.design import design_plan


@pytest.mark.parametrize(
    ("name", "objects"),
    [
        ("posts.slug", ["postgres.posts.slug"]),
        ("postgres.posts.slug", ["postgres.posts.slug"]),
        ("posts_search_idx", ["postgres.posts.posts_search_idx"]),
        ("posts", ["logical.posts"]),
        ("tags.id", ["logical.tags.id", "postgres.tags.id"]),
        ("Tag", ["logical.tags.id", "logical.tags"]),
        ("logical.Tag.key", ["logical.tags.id"]),
        ("statistics", ["postgres.statistics.statistics_id_key", "postgres.statistics"]),
        ("email", ["postgres.users.email"]),
    ],
)
def test_a_name_finds_its_decisions(blog: DesignResult, name: str, objects: list[str]) -> None:
    found = [decision.object for decision in why(record_of(blog), name).decisions]
    assert found == [each for each in found if each in objects]
    assert set(found) == {each for each in objects if "statistics_id_key" not in each}


def test_a_table_names_its_parts(blog: DesignResult) -> None:
    answer = why(record_of(blog), "tags")
    assert answer.object == "tags"
    assert answer.parts == tuple(
        sorted(["logical.tags.id", *(f"postgres.tags.{c}" for c in ("created_at", "id", "name", "slug", "updated_at"))])
    )


def test_what_is_near_is_offered(blog: DesignResult) -> None:
    with pytest.raises(UnknownObject) as caught:
        why(record_of(blog), "posts.slgu")
    assert 'the design has no object "posts.slgu"' in str(caught.value)
    assert 'did you mean "posts.slug"?' in caught.value.help


@pytest.mark.parametrize("name", ["", ".", "post", "lug", "posts.", "users.slug"])
def test_a_part_of_a_word_is_no_name(blog: DesignResult, name: str) -> None:
    with pytest.raises(UnknownObject):
        why(record_of(blog), name)


@pytest.mark.parametrize(
    ("name", "pins"),
    [
        ("Post.tags", {"logical.Post.tags.link", "logical.Post.tags.timestamps"}),
        ("post_tags", {"logical.Post.tags.link", "logical.Post.tags.timestamps"}),
        ("post_tags.tag_id", {"logical.Post.tags.tag.on_delete"}),
        ("untag_post", {"postgres.untag_post.index"}),
    ],
)
def test_links_are_found_by_their_label_and_by_their_table(name: str, pins: set[str]) -> None:
    record = record_of(design_plan(Path(__file__).parents[2] / "examples" / "blog.plan.yaml"))
    assert pins <= {decision.pin for decision in why(record, name).decisions}


@pytest.mark.parametrize(
    ("name", "objects"),
    [
        ("mongo.posts.author", ["mongo.posts.author"]),
        ("posts.author", ["mongo.posts.author"]),
        ("mongo.thread", ["mongo.thread"]),
        ("comments_post_id_created_at_idx", ["mongo.thread"]),
        ("mongo.comments.comments_post_id_created_at_idx", ["mongo.thread"]),
        ("users.posts", ["mongo.posts.author"]),
        ("mongo.users.posts", ["mongo.posts.author"]),
        ("postgres.posts.slug", ["postgres.posts.slug"]),
    ],
)
def test_objects_of_mongodb_are_told_apart(both: DesignResult, name: str, objects: list[str]) -> None:
    record = read_decisions_json(decisions_json(both))
    assert [decision.object for decision in why(record, name).decisions] == objects


def test_where_rows_lie_leads_to_why_they_do(both: DesignResult) -> None:
    nested = Decision(
        object="mongo.post_tags.post",
        topic="placement",
        choice="embed",
        rule="place_relations",
        reason="What is read together lies together.",
        pin="mongo.Post.tags.post",
    )
    assert both.mongo is not None
    design = replace(both.mongo.design, decisions=(nested,))
    record = record_of(replace(both, mongo=replace(both.mongo, design=design)))
    for name in ("posts.tags", "mongo.posts.tags", "posts.post_tags", "post_tags.post"):
        assert why(record, name).decisions == (nested,)


def test_a_pattern_without_decisions_is_answered_by_what_serves_it(both: DesignResult) -> None:
    answer = why(record_of(both), "near_me")
    assert answer.decisions == ()
    assert answer.pattern is not None
    assert [(each.engine, each.indexes) for each in answer.pattern.answers] == [
        ("postgres", ("places_coordinates_idx",)),
        ("mongo", ("places_coordinates_idx",)),
    ]
    alone = why(record_of(both), "mongo.near_me").pattern
    assert alone is not None
    assert [each.engine for each in alone.answers] == ["mongo"]
    writing = why(record_of(both), "register").pattern
    assert writing is not None
    assert {each.indexes for each in writing.answers} == {()}


def test_an_index_of_both_engines_is_shown_for_each(both: DesignResult) -> None:
    found = why(record_of(both), "users_email_key").indexes
    assert [(each.engine, each.on, each.keys, each.serves) for each in found] == [
        ("postgres", "users", "unique btree ((lower(email))) WHERE deleted_at IS NULL", ("sign_in",)),
        ("mongo", "users", "unique {email: 1}, partial", ("sign_in",)),
    ]
    assert [each.engine for each in why(record_of(both), "mongo.users.users_email_key").indexes] == ["mongo"]
