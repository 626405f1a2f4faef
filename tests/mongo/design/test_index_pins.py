"""Every index, shard key and expiry that a MongoDB design offers can be pinned, and is taken then."""

from dataclasses import replace
from pathlib import Path

import pytest

from groundplan.base.decisions import Decision
from groundplan.logical.derive import derive_relations
from groundplan.mongo.design import design_mongo
from groundplan.mongo.design.rules.md002_pin_not_honoured import REFUSED
from groundplan.mongo.model import MongoDesign
from groundplan.plan.model import Pin, Plan
from groundplan.plan.reader import read_plan, read_plan_text
from groundplan.plan.resolve import resolve

EXAMPLES = sorted(Path(__file__).parents[3].joinpath("examples").glob("*.plan.yaml"))
TOPICS = ("index", "shard_key", "expiry")
MORE = """
plan: more
targets: {mongo: 6}
entities:
  User:
    rows: {now: 1M}
    lifecycle: {delete: soft}
    attributes: {mail: email unique, level: int(1..5), city: text, role: "enum(a, b)", settings: json}
  Event: {rows: {now: 2000M}, attributes: {kind: text, at: timestamp, n: int}}
relationships: {Event.user > User?: {inverse: events}}
access:
  of_city: {read: User, where: city = :city, fields: [city, level], rate: 100/s}
  of_kind: {read: Event, where: kind = :kind, rate: 1/s}
  since: {read: Event, where: at > :since}
  dark: {read: User, where: "settings @> '{\\"theme\\":\\"dark\\"}'", page: 20}
  busy: {read: User, where: events.n > :least, page: 20}
"""


def designed(plan: Plan) -> MongoDesign:
    resolved = resolve(plan)
    return design_mongo(resolved, derive_relations(resolved))


def offers(plan: Plan) -> list[tuple[str, str]]:
    """One pin for each kind of offer: a pass that offers a choice about a topic to one object offers it to all."""
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    for decision in designed(plan).decisions:
        for other in decision.alternatives:
            if decision.topic in TOPICS and not other.why_not.startswith(REFUSED):
                found[decision.rule, decision.topic, other.choice] = (decision.pin, other.choice)
    return list(found.values())


def cases():
    read = [read_plan(path).plan for path in EXAMPLES] + [read_plan_text(MORE.lstrip(), file="more").plan]
    return [pytest.param(plan, id=plan.name) for plan in read if plan is not None]


@pytest.mark.parametrize("plan", cases())
def test_every_offer_can_be_pinned(plan: Plan) -> None:
    for key, choice in offers(plan):
        design = designed(replace(plan, pins=(*plan.pins, Pin(key=key, choice=choice))))
        assert not [found for found in design.diagnostics if found.code in ("MD001", "MD002")], (key, choice)
        about = [made for made in design.decisions if made.pin == key]
        assert any(is_taken(decision, choice) for decision in about), (key, choice, about)


def is_taken(decision: Decision, choice: str) -> bool:
    """Tell whether a decision took a pin over; an index is shown with its name and keys."""
    shown = decision.choice
    return decision.is_pinned and (shown == choice or f" {choice})" in shown or "$**" in shown)
