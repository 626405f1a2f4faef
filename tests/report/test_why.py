"""The decisions behind an object, by its name in the design or in the plan."""

from pathlib import Path

import pytest

from groundplan.base.errors import UnknownObject
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
    found = [decision.object for decision in why(blog.decisions, name).decisions]
    assert found == [each for each in found if each in objects]
    assert set(found) == {each for each in objects if "statistics_id_key" not in each}


def test_a_table_names_its_parts(blog: DesignResult) -> None:
    answer = why(blog.decisions, "tags")
    assert answer.object == "tags"
    assert answer.parts == tuple(
        sorted(["logical.tags.id", *(f"postgres.tags.{c}" for c in ("created_at", "id", "name", "slug", "updated_at"))])
    )


def test_what_is_near_is_offered(blog: DesignResult) -> None:
    with pytest.raises(UnknownObject) as caught:
        why(blog.decisions, "posts.slgu")
    assert 'the design has no object "posts.slgu"' in str(caught.value)
    assert 'did you mean "posts.slug"?' in caught.value.help


@pytest.mark.parametrize("name", ["", ".", "post", "lug", "posts.", "users.slug"])
def test_a_part_of_a_word_is_no_name(blog: DesignResult, name: str) -> None:
    with pytest.raises(UnknownObject):
        why(blog.decisions, name)


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
    decisions = design_plan(Path(__file__).parents[2] / "examples" / "blog.plan.yaml").decisions
    assert pins <= {decision.pin for decision in why(decisions, name).decisions}
