"""Lookups by name: implicit attributes, keys, hops; also over plans with mistakes."""

from __future__ import annotations

import pytest

from groundplan.plan.model import (
    Arrow,
    Attribute,
    Conventions,
    DeletePolicy,
    Entity,
    KeyKind,
    Lifecycle,
    Plan,
    Relationship,
)
from groundplan.plan.scope import Scope
from groundplan.plan.types import Integer, Text, Timestamp, Uuid


def scope(*relationships: Relationship, entities: tuple[Entity, ...] = (), **conventions: object) -> Scope:
    names = {relationship.source for relationship in relationships}
    names |= {target for relationship in relationships for target in relationship.targets}
    plain = tuple(Entity(name=name) for name in sorted(names) if name not in {entity.name for entity in entities})
    return Scope(
        Plan(
            name="it",
            entities=(*entities, *plain),
            relationships=relationships,
            conventions=Conventions(**conventions),  # type: ignore[arg-type]
        )
    )


def relationship(label: str, arrow: Arrow, target: str, **more: object) -> Relationship:
    source, _, name = label.partition(".")
    return Relationship(source=source, name=name, arrow=arrow, targets=(target,), **more)  # type: ignore[arg-type]


def test_implicit_attributes_follow_conventions_and_lifecycle() -> None:
    soft = Entity(
        name="A", attributes=(Attribute(name="x", type=Text()),), lifecycle=Lifecycle(delete=DeletePolicy.SOFT)
    )
    found = scope(entities=(soft, Entity(name="B", key=("x",), attributes=(Attribute(name="x", type=Text()),))))
    assert list(found.attributes("A")) == ["id", "x", "created_at", "updated_at", "deleted_at"]
    assert list(found.attributes("B")) == ["x", "created_at", "updated_at"]
    assert found.attributes("A")["deleted_at"].is_optional
    assert not found.attributes("A")["updated_at"].is_optional
    assert found.is_implicit("A", "id")
    assert not found.is_implicit("A", "x")
    bare = scope(entities=(soft,), has_timestamps=False, keys=KeyKind.IDENTITY)
    assert list(bare.attributes("A")) == ["id", "x", "deleted_at"]
    assert bare.key_type("A") == Integer()


def test_a_declared_attribute_stands_in_for_the_implicit_one() -> None:
    own = Entity(name="A", attributes=(Attribute(name="created_at", type=Text()), Attribute(name="id", type=Integer())))
    found = scope(entities=(own,))
    assert found.attributes("A")["created_at"].type == Text()
    assert not found.is_implicit("A", "created_at")
    assert found.key("A") == ("id",)
    assert found.key_type("A") == Integer()


@pytest.mark.parametrize(
    ("arrow", "optional", "forward", "inverse", "stored"),
    [
        (Arrow.MANY_TO_ONE, False, (False, False), (True, True), "A"),
        (Arrow.MANY_TO_ONE, True, (False, True), (True, True), "A"),
        (Arrow.ONE_TO_MANY, False, (True, True), (False, False), "B"),
        (Arrow.ONE_TO_MANY, True, (True, True), (False, True), "B"),
        (Arrow.ONE_TO_ONE, False, (False, False), (False, True), "A"),
        (Arrow.MANY_TO_MANY, False, (True, True), (True, True), None),
    ],
)
def test_hops_are_many_and_optional_as_the_arrow_says(
    arrow: Arrow, optional: bool, forward: tuple[bool, bool], inverse: tuple[bool, bool], stored: str | None
) -> None:
    found = scope(relationship("A.b", arrow, "B", inverse="a", is_optional=optional))
    there, back = found.relationships_from("A")["b"], found.relationships_from("B")["a"]
    assert (there.is_many, there.is_optional) == forward
    assert (back.is_many, back.is_optional) == inverse
    assert (there.target, back.target) == ("B", "A")
    assert [name for name in ("A", "B") if found.references_of(name)] == ([stored] if stored else [])


def test_without_an_inverse_only_the_other_side_of_one_to_many_has_a_word() -> None:
    found = scope(relationship("BlogPost.author", Arrow.MANY_TO_ONE, "User"))
    assert found.relationships_from("User") == {}
    found = scope(relationship("BlogPost.comments", Arrow.ONE_TO_MANY, "Comment"))
    assert list(found.references_of("Comment")) == ["blog_post"]


def test_a_key_may_be_a_reference_to_a_key() -> None:
    entities = (Entity(name="Settings", key=("user",)), Entity(name="Note", key=("settings",)))
    found = scope(
        relationship("Settings.user", Arrow.ONE_TO_ONE, "User"),
        relationship("Note.settings", Arrow.ONE_TO_ONE, "Settings"),
        entities=entities,
    )
    assert found.key_type("Note") == Uuid()


def test_a_link_is_a_subject_with_two_sides() -> None:
    found = scope(
        relationship("Post.tags", Arrow.MANY_TO_MANY, "Tag", inverse="posts"),
        relationship("User.follows", Arrow.MANY_TO_MANY, "User"),
        relationship("Post.author", Arrow.MANY_TO_ONE, "User"),
        relationship("Post.nothing", Arrow.MANY_TO_MANY, "Unknown"),
    )
    assert list(found.links) == ["Post.tags", "User.follows", "Post.nothing"]
    assert list(found.subjects) == [*found.entities, *found.links]
    assert (found.key("Post.tags"), found.key("User.follows")) == (("post", "tag"), ("user", "follow"))
    sides = found.references_of("User.follows")
    assert [(word, hop.relationship, hop.target, hop.is_optional) for word, hop in sides.items()] == [
        ("user", "User.follows.user", "User", False), ("follow", "User.follows.follow", "User", False),
    ]  # fmt: skip
    assert found.relationship("Post.tags.tag").targets == ("Tag",)
    assert not found.is_soft_deleted("Post.tags")
    assert list(found.relationships_from("Post")) == ["tags", "author", "nothing"]


def test_a_link_with_an_unknown_side_is_no_subject() -> None:
    plan = Plan(
        name="it",
        entities=(Entity(name="Post"),),
        relationships=(relationship("Post.tags", Arrow.MANY_TO_MANY, "Tag"),),
    )
    assert list(Scope(plan).subjects) == ["Post"]


def test_links_have_attributes_of_their_own() -> None:
    link = relationship("A.bs", Arrow.MANY_TO_MANY, "B", attributes=(Attribute(name="weight", type=Integer()),))
    found = scope(link)
    assert list(found.link_attributes("A.bs")) == ["weight", "created_at"]
    assert found.link_attributes("A.bs")["created_at"].type == Timestamp()
    with pytest.raises(KeyError):
        scope(relationship("A.b", Arrow.MANY_TO_ONE, "B")).link("A.b")


def test_mistakes_lead_nowhere_and_raise_nothing() -> None:
    lost = Relationship(source="Nobody", name="x", arrow=Arrow.MANY_TO_ONE, targets=("A",))
    gone = Relationship(source="A", name="y", arrow=Arrow.MANY_TO_ONE, targets=("Gone",))
    loop = Entity(name="Loop", key=("self",))
    found = Scope(
        Plan(
            name="it",
            entities=(Entity(name="A"), Entity(name="A", key=("x",)), loop),
            relationships=(lost, gone, relationship("Loop.self", Arrow.MANY_TO_ONE, "Loop")),
        )
    )
    assert found.key("A") == ("id",)
    assert found.relationships_from("A") == {}
    assert found.key_type("Loop") is None


def test_polymorphic_relationships_have_one_inverse_for_each_target() -> None:
    found = Scope(
        Plan(
            name="it",
            entities=(Entity(name="Note"), Entity(name="A"), Entity(name="B")),
            relationships=(
                Relationship(source="Note", name="of", arrow=Arrow.MANY_TO_ONE, targets=("A", "B"), inverse="notes"),
            ),
        )
    )
    assert found.relationships_from("A")["notes"].target == found.relationships_from("B")["notes"].target == "Note"
