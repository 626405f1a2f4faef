"""Constructs that are not designed yet: each with its line, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundplan.base.diagnostics import Severity, has_errors
from groundplan.base.rule import PAGE_HEADINGS
from groundplan.plan import support
from groundplan.plan.reader import read_plan_text
from groundplan.plan.support import SUPPORT_RULES, not_designed_yet

EVERYTHING = """
plan: rest
targets: {postgres: 18, mongo: 4}
entities:
  Shop: {attributes: {name: text}}
  Item:
    tenant: Shop
    lifecycle: {history: true}
    attributes:
      nb_of_bids: int computed count(bids)
      sku: text(20) unique
      zip: text
      city: text
    normal_form: BCNF
    dependencies:
      - "zip -> city"
      - "sku -> city"
      - "city -> city"
      - "zip ->> city"
  Bid: {attributes: {amount: money}}
  Reading:
    key: [at]
    lifecycle: {retain: 90 days by at}
    attributes: {at: timestamp, value: float}
    dependencies: ["at, value -> value", "at -> value"]
rollups:
  hourly: {of: Reading, by: [], every: 1 hour by at, fields: ["avg(value) as mean"]}
relationships:
  Bid.item > Item: {inverse: bids}
  Bid.subject > Shop | Item: {inverse: subjects}
"""


def test_every_construct_is_named_with_its_line() -> None:
    reading = read_plan_text(EVERYTHING.replace("by: [], ", "by: [value], "), file="plan.yaml")
    assert reading.plan is not None
    found = not_designed_yet(reading.plan)
    assert [f"{one.origin.line} {one.code} {one.message}" for one in found] == [
        "2 PL900 MongoDB 4 (of 5 to 8) is not designed yet",
        '6 PL900 the tenant of "Item" is not designed yet',
        '8 PL900 the history of "Item" is not designed yet',
        '10 PL900 the computed attribute "Item.nb_of_bids" is not designed yet',
        '16 PL900 a dependency within "Item" is not designed yet',
        '19 PL900 a dependency within "Item" is not designed yet',
        '23 PL900 the retention of "Reading" is not designed yet',
        '27 PL900 the rollup "hourly" is not designed yet',
        '30 PL900 the polymorphic relationship "Bid.subject" to Shop | Item is not designed yet',
    ]
    assert [one.severity for one in found] == [Severity.ERROR] * 9


@pytest.mark.parametrize(
    "example", sorted(Path(__file__).parents[2].glob("examples/*.plan.yaml")), ids=lambda p: p.name
)
def test_the_examples_are_designed_whole(example: Path) -> None:
    reading = read_plan_text(example.read_text(encoding="utf-8"), file=example.name)
    assert reading.plan is not None
    assert not has_errors(not_designed_yet(reading.plan))


def test_every_rule_has_a_page_and_a_place_in_the_folder() -> None:
    folder = Path(support.__file__).parent
    assert [f"{rule.code.lower()}_{rule.name}" for rule in SUPPORT_RULES] == sorted(
        path.stem for path in folder.glob("pl*.py")
    )
    assert all(tuple(rule.sections) == PAGE_HEADINGS and all(rule.sections.values()) for rule in SUPPORT_RULES)
