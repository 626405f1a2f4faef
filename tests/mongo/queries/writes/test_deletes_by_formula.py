"""A delete whose condition is a formula takes the rows for which it holds, and no others."""

from datetime import UTC, datetime

import pytest

from groundplan.logical.derive import derive_relations
from groundplan.mongo.design import design_mongo
from groundplan.mongo.queries import compile_workload
from groundplan.mongo.queries.model import CompiledWrite
from groundplan.mongo.queries.running import run_write
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve

PLAN = """
plan: deletes
targets: {mongo: 6}
entities: {Thing: {rows: {now: 50K}, attributes: {code: slug unique, score: int, place: int}}}
access:
  either: {delete: Thing, where: "code = :code or score >= :score"}
  computed: {delete: Thing, where: "place = :place and score + place > :least"}
conventions: {timestamps: false}
"""


@pytest.mark.parametrize(
    ("pattern", "given", "left"),
    [
        ("either", {"code": "a", "score": 30}, {"b"}),
        ("either", {"code": "none", "score": 99}, {"a", "b", "c"}),
        ("computed", {"place": 1, "least": 15}, {"a", "c"}),
    ],
)
def test_other_rows_stay(pattern: str, given: dict, left: set, mongo_database) -> None:
    plan = read_plan_text(PLAN.lstrip(), file="deletes.plan.yaml").plan
    assert plan is not None
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    write = compile_workload(resolved, logical, design_mongo(resolved, logical)).pattern(pattern)
    assert isinstance(write, CompiledWrite)
    rows = [("a", 10, 1), ("b", 20, 1), ("c", 30, 2)]
    mongo_database.things.insert_many([{"code": code, "score": score, "place": place} for code, score, place in rows])
    run_write(mongo_database, write, given, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert {found["code"] for found in mongo_database.things.find()} == left
