"""Every alternative that is not said to be out of reach can be pinned, and changes what it is about."""

from dataclasses import replace
from pathlib import Path

import pytest

from groundplan.logical.derive import derive_relations
from groundplan.mongo.design import design_mongo
from groundplan.mongo.design.nesting import nests_in
from groundplan.mongo.design.rules.md002_pin_not_honoured import REFUSED
from groundplan.mongo.model import MongoDesign
from groundplan.plan.model import Pin, Plan
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve

EXAMPLES = sorted(Path(__file__).parents[3].joinpath("examples").glob("*.plan.yaml"))
TOPICS = ("placement", "count", "collection", "versioning", "validation", "other_fields", "live_rows")


def designed(plan: Plan) -> MongoDesign:
    resolved = resolve(plan)
    return design_mongo(resolved, derive_relations(resolved))


def plans() -> list[Plan]:
    return [plan for plan in (read_plan(path).plan for path in EXAMPLES) if plan is not None]


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.name)
def test_every_offer_can_be_pinned(plan: Plan) -> None:
    offers = [
        (decision.pin, other.choice)
        for decision in designed(plan).decisions
        for other in decision.alternatives
        if decision.topic in TOPICS and not other.why_not.startswith(REFUSED)
    ]
    assert offers
    for key, choice in offers:
        design = designed(replace(plan, pins=(*plan.pins, Pin(key=key, choice=choice))))
        assert not [found for found in design.diagnostics if found.code in ("MD001", "MD002")], (key, choice)
        (made,) = (decision for decision in design.decisions if decision.pin == key)
        assert (made.choice, made.is_pinned) == (choice, True)
        placed = [nest.relation for collection in design.model.collections for nest in nests_in(collection)]
        assert len(placed) == len(set(placed))


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.name)
def test_the_choices_made_can_be_pinned_too(plan: Plan) -> None:
    """Pins that say what is decided anyway change nothing but that it is pinned."""
    design = designed(plan)
    pins = tuple(
        Pin(key=decision.pin, choice=decision.choice) for decision in design.decisions if decision.topic in TOPICS
    )
    again = designed(replace(plan, pins=pins))
    assert repr(again.model) == repr(design.model)
