"""Decisions by subject: none is lost, those that say the same stand together, what shapes the design comes first."""

from dataclasses import replace

from groundplan.base.decisions import Decision
from groundplan.prove.evidence import POSTGRES
from groundplan.report.blocks import Code, Fold, Listing
from groundplan.report.explained import decisions_as_folds, decisions_as_lists, indexes, shaping_decisions
from groundplan.report.model import DesignResult
from groundplan.report.subjects import WHOLE, subjects

from .blog import with_postgres


def decided(name: str, *, topic: str = "type", choice: str = "text", reason: str = "Because.") -> Decision:
    return Decision(object=name, topic=topic, choice=choice, rule="a_rule", reason=reason, pin=f"pin.{name}")


def with_decisions(result: DesignResult, *decisions: Decision) -> DesignResult:
    bare = replace(result, logical=replace(result.logical, decisions=()))
    return with_postgres(bare, decisions=decisions)


def test_every_decision_has_one_subject(large: DesignResult) -> None:
    found = [each for subject in subjects(large) for ruling in subject.rulings for each in ruling.decisions]
    assert len(found) == len(large.decisions)
    assert set(found) == set(large.decisions)


def test_tables_come_first_then_patterns_then_the_whole(blog: DesignResult) -> None:
    result = with_decisions(
        blog,
        decided("postgres.cube", topic="extension"),
        decided("postgres.thread", topic="index"),
        decided("postgres.posts.slug"),
        decided("logical.users"),
    )
    assert [(each.name, each.is_table) for each in subjects(result)] == [
        ("users", True),
        ("posts", True),
        ("thread", False),
        (WHOLE, False),
    ]


def test_a_name_with_dots_is_a_subject_whole(blog: DesignResult) -> None:
    first, *rest = blog.schema.tables
    schema = replace(blog.schema, tables=(replace(first, name="a.b"), replace(first, name="a"), *rest))
    dotted = with_postgres(blog, schema=schema)
    found = subjects(with_decisions(dotted, decided("postgres.a.b.c"), decided("postgres.a.c")))
    assert [(each.name, each.rulings[0].parts) for each in found] == [("a.b", ("c",)), ("a", ("c",))]


def test_only_what_says_the_same_stands_together(blog: DesignResult) -> None:
    same = (decided("postgres.posts.title"), decided("postgres.posts.slug"))
    other = decided("postgres.posts.content", reason="For another reason.")
    (posts,) = subjects(with_decisions(blog, *same, other, decided("postgres.posts.title", topic="check")))
    assert [(ruling.first.topic, ruling.parts) for ruling in posts.rulings] == [
        ("type", ("title", "slug")),
        ("check", ("title",)),
        ("type", ("content",)),
    ]
    assert posts.size == 4


def test_what_shapes_the_design_is_shown_and_the_routine_is_not(blog: DesignResult) -> None:
    result = with_decisions(blog, decided("postgres.posts.slug"), decided("logical.post_tags", topic="link"))
    shaping = shaping_decisions(result)
    assert shaping is not None
    assert [row[0] for row in shaping.rows] == [(Code("post_tags"), ": ", "link")]
    assert shaping_decisions(with_decisions(blog, decided("postgres.posts.slug"))) is None


def test_patterns_share_one_fold_in_the_document_and_have_their_own_on_the_page(blog: DesignResult) -> None:
    result = with_decisions(blog, decided("postgres.thread", topic="index"), decided("postgres.sign_in", topic="index"))
    (fold,) = decisions_as_lists(result)
    assert isinstance(fold, Fold)
    assert fold.summary == ("Access patterns and the whole: 2 decisions",)
    (listing,) = fold.blocks
    assert isinstance(listing, Listing)
    assert [item.words[0] for item in listing.items] == [Code("sign_in"), Code("thread")]
    assert len(decisions_as_folds(result)) == 2


def test_an_index_says_why_by_those_who_want_it(blog: DesignResult) -> None:
    wanted = "posts_search_idx"
    result = with_decisions(
        blog,
        decided(
            "postgres.search_posts", topic="index", choice=f"{wanted}: gin (search)", reason="Words are looked up."
        ),
        decided(f"postgres.posts.{wanted}", topic="index", choice="gin (search)", reason="It serves search_posts."),
    )
    grid = indexes(result, engine=POSTGRES)
    assert grid is not None
    row = next(row for row in grid.rows if row[0][0] == Code(wanted))
    assert row == (
        (Code(wanted), " on ", Code("posts")),
        (Code("gin (search)"),),
        (Code("search_posts"),),
        ("Words are looked up.",),
    )
