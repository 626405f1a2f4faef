"""The short of a design: what was made, what was missed on which engine, and what is recommended."""

import json
from dataclasses import replace

from groundplan.base.errors import EngineMissing
from groundplan.prove.evidence import Recommendation, Verdict
from groundplan.prove.unproven import without_mongo
from groundplan.report.criteria import criteria
from groundplan.report.evidence_json import evidence_json
from groundplan.report.model import DesignResult
from groundplan.report.summary import summary

from .blog_documents import with_documents


def test_one_engine_is_not_named(proven: DesignResult) -> None:
    short = summary(proven)
    assert short.missed[0] == "constraint places.created_at: the row was taken"
    assert "pages of thread: a row was seen twice" in short.missed
    assert short.slow == ("search_posts",)
    assert short.choice is None
    assert dict(short.decided)["collection"] == 0


def test_of_two_engines_the_one_is_named_that_missed(both: DesignResult) -> None:
    short = summary(both)
    assert {
        "constraint places.created_at on PostgreSQL: the row was taken",
        "constraint places (other fields) on MongoDB: no document was found that breaks it alone",
        "pattern by_hand on MongoDB: the plan gives no command for MongoDB",
        "pattern posts_by_tag: the engines do not agree: PostgreSQL returns 20 rows, MongoDB 19",
        "pages of thread on PostgreSQL: a row was seen twice",
    } <= set(short.missed)
    assert short.slow == ("search_posts on PostgreSQL", "statistics on MongoDB")
    assert short.choice is not None
    assert short.choice.recommendation is Recommendation.POSTGRES
    counts = dict(short.decided)
    assert (counts["table"], counts["collection"], counts["embedded relation"], counts["index of MongoDB"]) == (
        9,
        6,
        2,
        7,
    )


def test_differing_answers_are_told_once(both: DesignResult) -> None:
    assert both.evidence is not None
    differing = next(each for each in both.evidence.patterns if each.name == "posts_by_tag" and each.equivalence)
    twice = replace(both, evidence=replace(both.evidence, patterns=(differing, differing)))
    assert summary(twice).missed.count(summary(twice).missed[-1]) == 1
    assert sum("do not agree" in said for said in summary(twice).missed) == 1


def test_without_proof_nothing_was_missed(both: DesignResult) -> None:
    short = summary(replace(both, evidence=None))
    assert (short.is_proven, short.missed, short.slow, short.choice) == (False, (), (), None)


def test_an_engine_that_was_not_there_is_named(proven: DesignResult, documents: DesignResult) -> None:
    missing = EngineMissing("there is no mongod", help="install it")
    design = with_documents(proven)
    evidence = without_mongo(design.resolved, proven.evidence, why=missing, seed=1)
    assert (
        "pattern sign_in on MongoDB: there is no mongod; install it"
        in summary(replace(design, evidence=evidence)).missed
    )
    alone = replace(documents, evidence=without_mongo(documents.resolved, None, why=missing, seed=1))
    assert summary(alone).missed[0] == "pattern sign_in: there is no mongod; install it"
    assert {each.verdict for each in criteria(alone)} == {Verdict.NOT_PROVEN, Verdict.MET}
    assert [each.number for each in criteria(alone) if each.verdict is Verdict.MET] == [9]
    assert json.loads(evidence_json(alone))["server"] is None
