"""The choice between engines rests on what was measured, weighted by rates, and says what would flip it."""

import re

import pytest

from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.prove.choice import choose_engine
from groundplan.prove.evidence import (
    MONGO,
    POSTGRES,
    ChoiceEvidence,
    Equivalence,
    PatternEvidence,
    Recommendation,
    Verdict,
)

PLAN = """
entities:
  Post: {attributes: {title: text}}
  Comment: {attributes: {body: text}}
relationships:
  Comment.post > Post: {inverse: comments}
access:
  page: {read: Post, one: true, where: id = :id, fields: [title, comments.body], rate: 100/s}
  list: {read: Post, fields: [title], order: title, page: 10, rate: 10/s}
  comment: {insert: Comment, rate: 10/s}
transactions:
  both: {steps: [comment, page]}
"""


def evidence(name: str, engine: str, p50: float | None, **more: object) -> PatternEvidence:
    return PatternEvidence(
        **{
            "name": name,
            "engine": engine,
            "shape_verdict": Verdict.MET,
            "time_verdict": Verdict.MET,
            "target_ms": None,
            "p50_ms": p50,
            "p95_ms": p50,
            "index": None,
            "rows_examined": 1,
            "rows_returned": 1,
            "reason": None,
            "equivalent": Equivalence.YES if engine == MONGO else None,
            **more,
        }
    )


def chosen(
    postgres: dict[str, float], mongo: dict[str, float], *, plan: str = PLAN, **more: dict[str, object]
) -> ChoiceEvidence:
    reading = read_plan_text(plan, file="choice.yaml")
    assert reading.plan is not None
    found = [evidence(name, POSTGRES, p50) for name, p50 in postgres.items()]
    found += [evidence(name, MONGO, p50, **more.get(name, {})) for name, p50 in mongo.items()]
    choice = choose_engine(resolve(reading.plan), found)
    assert choice is not None
    return choice


@pytest.mark.parametrize(
    ("postgres", "mongo", "expected"),
    [
        ({"page": 1.0, "list": 1.0, "comment": 1.0}, {"page": 0.4, "list": 1.0, "comment": 1.0}, "mongo"),
        ({"page": 0.4, "list": 1.0, "comment": 1.0}, {"page": 1.0, "list": 1.0, "comment": 1.0}, "postgres"),
        ({"page": 1.0, "list": 1.0, "comment": 1.0}, {"page": 0.9, "list": 1.0, "comment": 1.0}, "postgres"),
        ({"page": 0.1, "list": 9.0, "comment": 9.0}, {"page": 1.5, "list": 0.1, "comment": 0.1}, "split"),
    ],
)
def test_less_work_wins_and_noise_does_not(postgres: dict[str, float], mongo: dict[str, float], expected: str) -> None:
    assert chosen(postgres, mongo).recommendation is Recommendation(expected)


def test_work_is_rate_times_median() -> None:
    choice = chosen({"page": 1.0, "list": 2.0, "comment": 3.0}, {"page": 0.5, "list": 2.0, "comment": 3.0})
    assert dict(choice.work_ms) == {POSTGRES: 150.0, MONGO: 100.0}
    assert choice.split_ms == 100.0
    assert [(each.name, each.faster) for each in choice.patterns] == [
        ("page", MONGO),
        ("list", None),
        ("comment", None),
    ]


def test_a_rate_that_would_flip_the_choice_does_so() -> None:
    postgres, mongo = {"page": 1.0, "list": 1.0, "comment": 1.0}, {"page": 0.5, "list": 1.0, "comment": 2.0}
    choice = chosen(postgres, mongo)
    assert choice.recommendation is Recommendation.MONGO
    flip = next(each for each in choice.flips if each.pattern == "comment")
    assert (flip.to, flip.rate, flip.flips_at) == (POSTGRES, 10.0, 50.0)
    assert 100 * 1.0 + 10 * 1.0 + flip.flips_at * 1.0 == 100 * 0.5 + 10 * 1.0 + flip.flips_at * 2.0


def test_an_engine_that_answers_otherwise_is_not_chosen() -> None:
    fast = {"page": 0.1, "list": 0.1, "comment": 0.1}
    choice = chosen(dict.fromkeys(fast, 1.0), fast, page={"equivalent": Equivalence.NO})
    assert choice.recommendation is Recommendation.POSTGRES
    assert choice.reason.startswith("MongoDB does not answer page as it should")


def test_a_split_has_its_price() -> None:
    choice = chosen({"page": 0.1, "list": 9.0, "comment": 9.0}, {"page": 1.5, "list": 0.1, "comment": 0.1})
    assert choice.price == (
        "Comment is written in MongoDB and read in PostgreSQL: a copy that lags behind",
        "the transaction both would span both engines and no longer be whole",
    )
    assert choice.flips == ()


def test_without_rates_every_pattern_counts_the_same() -> None:
    plan = re.sub(r", rate: \d+/s", "", PLAN)
    choice = chosen({"page": 1.0, "list": 2.0, "comment": 3.0}, {"page": 2.0, "list": 4.0, "comment": 6.0}, plan=plan)
    assert (choice.recommendation, dict(choice.work_ms)) == (Recommendation.POSTGRES, {POSTGRES: 6.0, MONGO: 12.0})
    assert "the plan gives no rates" in choice.reason


def test_one_engine_is_no_choice() -> None:
    reading = read_plan_text(PLAN, file="choice.yaml")
    assert reading.plan is not None
    assert choose_engine(resolve(reading.plan), [evidence("page", POSTGRES, 1.0)]) is None
