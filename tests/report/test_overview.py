"""Numbers in words: rates, targets, growth and lengths of time."""

from dataclasses import replace
from fractions import Fraction

import pytest

from groundplan.logical.model import RowEstimate
from groundplan.plan.access import AccessPattern, Delete, Insert, Raw, Read, Setting, Update, Upsert
from groundplan.plan.formula import Formula
from groundplan.plan.patterns import Demand
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth, Growth, TimeUnit
from groundplan.report import overview, workload
from groundplan.report.model import DesignResult
from groundplan.report.spans import span


def demand(*, rate: float | None = None, target_ms: float | None = None) -> Demand:
    return Demand(rate=rate, target_ms=target_ms, is_target_assumed=False)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (None, ""),
        (2000, "2,000/s"),
        (0.5, "30/min"),
        (5 / 3600, "5/h"),
        (2 / 86_400, "2/day"),
        (1 / 864_000, "0.1/day"),
        (1e9, "1,000,000,000/s"),
        (20_000, "20,000/s"),
    ],
)
def test_a_rate_is_in_the_unit_that_makes_it_at_least_one(rate: float | None, words: str) -> None:
    assert workload.rate(demand(rate=rate)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (600, "10 min"),
        (0.05, "50 ms"),
        (90, "90 s"),
        (86_400, "1 day"),
        (172_800, "2 days"),
        (1.5, "1.5 s"),
        (0, "0 ms"),
        (123_456.5, "123,500 s"),
    ],
)
def test_a_span_has_no_fraction_where_a_unit_allows_it(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_a_target_of_the_language_is_told_once(blog: DesignResult) -> None:
    assert workload.target(demand(target_ms=50)) == "50 ms"
    assert workload.target(demand()) == ""
    assert workload.assumed_targets(blog) == "A read without a target in the plan is expected within 100 ms."
    given = tuple(each for each in blog.resolved.patterns if not each.demand.is_target_assumed)
    assert workload.assumed_targets(replace(blog, resolved=replace(blog.resolved, patterns=given))) is None


@pytest.mark.parametrize(
    ("now", "growth", "words"),
    [
        (1000, CompoundGrowth(Fraction(1), TimeUnit.YEAR), "2,000"),
        (1000, CompoundGrowth(Fraction(-1, 2), TimeUnit.YEAR), "500"),
        (1000, CompoundGrowth(Fraction(10), TimeUnit.DAY), "beyond 10^15"),
        (1000, CompoundGrowth(Fraction(-1), TimeUnit.DAY), "0"),
        (0, CompoundGrowth(Fraction(1), TimeUnit.YEAR), "0"),
        (10**9, AbsoluteGrowth(50_000_000, TimeUnit.DAY), "19,000,000,000"),
    ],
)
def test_growth_is_carried_on_for_a_year(blog: DesignResult, now: int, growth: Growth, words: str) -> None:
    relation = replace(blog.logical.relations[0], rows=RowEstimate(now=now, growth=growth, is_assumed=False))
    grown = replace(blog, logical=replace(blog.logical, relations=(relation,)))
    shown = overview.tables(grown, link=str)
    assert shown is not None
    row = dict(zip(shown.header, shown.rows[0], strict=True))
    assert row["in a year"] == (words,)


def test_a_pattern_in_sql_of_its_own_says_what_it_is_about() -> None:
    assert workload.what_it_does(Raw(name="by_hand")) == ("SQL of the plan's own",)
    assert workload.what_it_does(Raw(name="by_hand", about="Counts. ")) == ("Counts. ",)
    assert workload.what_it_does(Read(name="all", entity="Post", limit=1000)) == ("Reads Post", ", at most 1,000")


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (Insert(name="it", entity="Post.tags", batch=3), "Inserts links of Post.tags, 3 at a time"),
        (Upsert(name="it", entity="Post.tags"), "Upserts links of Post.tags"),
        (Upsert(name="it", entity="Post.tags", on=("tag", "post")), "Upserts links of Post.tags on tag, post"),
        (
            Update(
                name="it",
                entity="Post.tags",
                where=Formula(text="post = :post"),
                settings=(Setting(name="weight", value=Formula(text="1")),),
            ),
            "Updates links of Post.tags: sets weight where post = :post",
        ),
        (
            Delete(name="it", entity="Post.tags", where=Formula(text="tag = :tag")),
            "Deletes links of Post.tags where tag = :tag",
        ),
        (Read(name="it", entity="Post.tags", page=20), "Reads links of Post.tags, 20 a page"),
        (Read(name="it", entity="Post.tags", is_one=True), "Reads one link of Post.tags"),
    ],
)
def test_a_pattern_over_links_says_whose_they_are(pattern: AccessPattern, words: str) -> None:
    pieces = workload.what_it_does(pattern)
    assert "".join(piece if isinstance(piece, str) else piece.text for piece in pieces) == words


def test_without_growth_nothing_is_said_of_a_year(blog: DesignResult) -> None:
    still = tuple(replace(each, rows=replace(each.rows, growth=None)) for each in blog.logical.relations)
    shown = overview.tables(replace(blog, logical=replace(blog.logical, relations=still)), link=str)
    assert shown is not None
    assert shown.header == ("table", "holds", "rows now")
    assert shown.numeric == (2,)
