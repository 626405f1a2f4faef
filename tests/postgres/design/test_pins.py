"""Every alternative that is not said to be out of reach can be pinned, and changes what it is about."""

from dataclasses import replace
from pathlib import Path

import pytest

from groundplan.base.decisions import Decision
from groundplan.logical.derive import derive_relations
from groundplan.plan.model import Pin, Plan
from groundplan.plan.reader import read_plan, read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.design import design_postgres
from groundplan.postgres.design.rules.pd002_pin_not_honoured import REFUSED
from groundplan.postgres.queries import compile_workload, view_sql

EXAMPLES = sorted(Path(__file__).parents[3].joinpath("examples").glob("*.plan.yaml"))
MORE = """
plan: more
targets: {postgres: 18}
entities:
  User:
    rows: {now: 1M}
    lifecycle: {delete: soft}
    attributes: {mail: email unique, name: text(50), level: int(1..5), city: text, role: "enum(a, b)"}
  Event: {rows: {now: 5M}, attributes: {kind: text, at: {type: timestamp, values: {arrives: in order}}, n: int}}
relationships: {Event.user > User?: {inverse: events}}
access:
  of_city: {read: User, where: city = :city, fields: [city, level], rate: 100/s}
  of_kind: {read: Event, where: kind = :kind}
  since: {read: Event, where: at > :since}
  counts: {read: User, fields: [id, count(events) as n], staleness: 1h}
conventions: {keys: identity}
"""


def designs(plan: Plan):
    resolved = resolve(plan)
    logical = derive_relations(resolved)
    return resolved, logical, design_postgres(resolved, logical)


def offers(plan: Plan) -> list[tuple[str, str]]:
    """One pin for each kind of offer: a pass that offers a choice about a topic to one object offers it to all."""
    _, logical, design = designs(plan)
    found: dict[tuple[str, str, str], tuple[str, str]] = {}
    for decision in (*logical.decisions, *design.decisions):
        for other in decision.alternatives:
            if not other.why_not.startswith(REFUSED):
                found[decision.rule, decision.topic, other.choice] = (decision.pin, other.choice)
    return list(found.values())


def plans() -> list[Plan]:
    read = [read_plan(path).plan for path in EXAMPLES] + [read_plan_text(MORE.lstrip(), file="more").plan]
    return [plan for plan in read if plan is not None]


def cases():
    return [pytest.param(plan, id=plan.name) for plan in plans()]


@pytest.mark.parametrize("plan", cases())
def test_every_offer_can_be_pinned(plan: Plan) -> None:
    for key, choice in offers(plan):
        pinned = replace(plan, pins=(*plan.pins, Pin(key=key, choice=choice)))
        resolved, logical, design = designs(pinned)
        assert not [found for found in design.diagnostics if found.code in ("PD001", "PD002")], (key, choice)
        about = [made for made in (*logical.decisions, *design.decisions) if made.pin == key]
        assert any(is_taken(decision, choice) for decision in about), (key, choice, about)
        schema_sql(design.schema, views=view_sql(resolved, logical, design))
        compile_workload(resolved, logical, design)


def is_taken(decision: Decision, choice: str) -> bool:
    """Tell whether a decision took a pin over; an index is shown with its name and keys."""
    return decision.is_pinned and (decision.choice == choice or f" {choice} (" in f" {decision.choice} ")


@pytest.mark.parametrize("plan", cases())
def test_the_choices_made_can_be_pinned_too(plan: Plan) -> None:
    """Pins that say what is decided anyway change nothing but that it is pinned."""
    _, logical, design = designs(plan)
    decisions = {made.pin: made for made in (*logical.decisions, *design.decisions)}
    pins = tuple(Pin(key=pin, choice=made.choice) for pin, made in decisions.items())
    _, _, again = designs(replace(plan, pins=(*plan.pins, *pins)))
    assert not [found for found in again.diagnostics if found.code in ("PD001", "PD002")]
    assert again.schema == design.schema
