"""A plan that changed is written into its own files: it reads as meant, and nothing else changes."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.base.errors import PlanInvalid
from groundplan.plan.access import Load
from groundplan.plan.model import (
    Arrow,
    Attribute,
    Entity,
    FunctionalDependency,
    Pin,
    Plan,
    ReferentialAction,
    Relationship,
    Targets,
)
from groundplan.plan.quantities import Volume
from groundplan.plan.reader import read_plan, read_plan_text
from groundplan.plan.types import Text
from groundplan.plan.writer import rewrite_files, rewrite_plan, write_plan

ROOT = Path(__file__).parents[3]
PLANS = sorted((*ROOT.glob("examples/*.plan.yaml"), *ROOT.glob("tests/plan/reader/cases/*.plan.yaml")))
thorough = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

SHOP = """\
# The shop.
# Second line.

plan: shop            # its name
targets: {postgres: 18}

entities:
  # who buys
  User:
    rows: {now: 2M}   # by the end of the year
    attributes:
      # the address
      email:    email unique
      nickname: text(20)?   # as they like
  Order:
    attributes: {zip: text(10), city: text(80)}

relationships:
  Order.buyer > User: {inverse: orders}    # who pays
  Order.giver: {to: User, optional: true}  # said at length

access:
  orders: {read: Order, where: buyer = :user, page: 20, rate: 5/s}   # the list

decisions: {}
# the end
"""


def edited(change: Callable[[Plan], Plan], text: str = SHOP) -> list[str]:
    """The lines that a change takes out and puts in."""
    reading = read_plan_text(text, file="shop.plan.yaml")
    assert reading.plan is not None
    plan = change(reading.plan)
    result = rewrite_plan(reading, plan)
    assert read_plan_text(result, file="shop.plan.yaml").plan == plan
    lines = difflib.ndiff(text.splitlines(), result.splitlines())
    return [line for line in lines if line[0] in "+-"]


def entity(plan: Plan, name: str, **changes: Any) -> Plan:
    return replace(plan, entities=tuple(replace(e, **changes) if e.name == name else e for e in plan.entities))


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.name)
def test_a_plan_that_did_not_change_is_the_same_text(path: Path) -> None:
    reading = read_plan(path)
    assert reading.plan is not None
    assert rewrite_plan(reading, reading.plan) == path.read_text(encoding="utf-8")


def test_a_number_changes_alone() -> None:
    assert edited(lambda plan: entity(plan, "User", rows=Volume(3_000_000))) == [
        "-     rows: {now: 2M}   # by the end of the year",
        "+     rows: 3M          # by the end of the year",
    ]


def test_an_attribute_changes_alone() -> None:
    def shorter(plan: Plan) -> Plan:
        email, nickname = plan.entities[0].attributes
        return entity(plan, "User", attributes=(email, replace(nickname, type=Text(maximum=10))))

    assert edited(shorter) == [
        "-       nickname: text(20)?   # as they like",
        "+       nickname: text(10)?   # as they like",
    ]


def test_an_attribute_comes_where_it_belongs_and_another_goes_with_its_comment() -> None:
    def changed(plan: Plan) -> Plan:
        return entity(plan, "User", attributes=(Attribute(name="name", type=Text()), plan.entities[0].attributes[1]))

    assert edited(changed) == ["+       name: text", "-       # the address", "-       email:    email unique"]


def test_several_attributes_come_in_their_order() -> None:
    def changed(plan: Plan) -> Plan:
        email, nickname = plan.entities[0].attributes
        new = tuple(Attribute(name=name, type=Text()) for name in ("a", "b", "c"))
        return entity(plan, "User", attributes=(email, *new, nickname))

    assert edited(changed) == ["+       a:        text", "+       b:        text", "+       c:        text"]


def test_an_entity_comes_and_one_goes() -> None:
    def changed(plan: Plan) -> Plan:
        return replace(
            plan, entities=(plan.entities[1], Entity(name="Tag", rows=Volume(5))), relationships=(), access=()
        )

    lines = edited(changed)
    assert [line for line in lines if line.startswith("+")] == ["+   Tag:", "+     rows: 5"]
    assert "-   # who buys" in lines


def test_a_relationship_leads_elsewhere_under_its_new_key() -> None:
    def changed(plan: Plan) -> Plan:
        buyer, giver = plan.relationships
        buyer = replace(buyer, is_optional=True, on_delete=ReferentialAction.SET_NULL)
        return replace(plan, relationships=(buyer, replace(giver, arrow=Arrow.ONE_TO_ONE)))

    assert edited(changed) == [
        "-   Order.buyer > User: {inverse: orders}    # who pays",
        "+   Order.buyer > User?: {inverse: orders, on_delete: set null}    # who pays",
        "-   Order.giver: {to: User, optional: true}  # said at length",
        "+   Order.giver - User?: {}                          # said at length",
    ]


def test_sections_come_and_go() -> None:
    def changed(plan: Plan) -> Plan:
        return replace(
            plan, about="Sells.", targets=Targets(), access=(), pins=(Pin(key="postgres.User.keys", choice="x"),)
        )

    lines = edited(changed)
    assert "- targets: {postgres: 18}" in lines
    assert [line for line in lines if line.startswith("+")] == [
        "+ about: Sells.",
        "+ decisions:",
        "+   postgres.User.keys: x",
    ]


def test_a_pattern_loses_its_rate() -> None:
    def changed(plan: Plan) -> Plan:
        return replace(plan, access=(replace(plan.access[0], load=Load()),))

    assert edited(changed) == [
        "-   orders: {read: Order, where: buyer = :user, page: 20, rate: 5/s}   # the list",
        "+   orders: {read: Order, where: buyer = :user, page: 20}   # the list",
    ]


def test_what_edits_cannot_say_is_written_anew_with_all_comments() -> None:
    reading = read_plan_text(SHOP, file="shop.plan.yaml")
    assert reading.plan is not None
    plan = replace(reading.plan, entities=tuple(reversed(reading.plan.entities)))
    result = rewrite_plan(reading, plan)
    assert read_plan_text(result, file="shop.plan.yaml").plan == plan
    for comment in reading.sources[0].comments:
        assert comment.text in result


def test_dependencies_outside_their_entity_move_into_it_when_they_change() -> None:
    text = "entities:\n  Order: {attributes: {zip: text, city: text}}\ndependencies:\n  Order: ['zip -> city']  # why\n"
    reading = read_plan_text(text, file="shop.plan.yaml")
    assert reading.plan is not None
    both = (*reading.plan.entities[0].dependencies, FunctionalDependency(determinant=("city",), dependent=("zip",)))
    plan = entity(reading.plan, "Order", dependencies=both)
    result = rewrite_plan(reading, plan)
    assert read_plan_text(result, file="shop.plan.yaml").plan == plan
    assert "# why" in result


def test_a_plan_of_several_files_stays_in_them(tmp_path: Path) -> None:
    (tmp_path / "users.yaml").write_text("# users\nentities:\n  User: {rows: 5}  # few\n", encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(
        "plan: shop\ninclude: users.yaml  # more\nentities:\n  Order:\n", encoding="utf-8"
    )
    reading = read_plan(tmp_path / "plan.yaml")
    assert reading.plan is not None
    plan = entity(reading.plan, "User", rows=Volume(6))
    plan = replace(
        plan, relationships=(Relationship(source="Order", name="buyer", arrow=Arrow.MANY_TO_ONE, targets=("User",)),)
    )
    files = rewrite_files(reading, plan)
    assert files[str(tmp_path / "users.yaml")] == "# users\nentities:\n  User: {rows: 6}  # few\n"
    assert files[str(tmp_path / "plan.yaml")] == (
        "plan: shop\ninclude: users.yaml  # more\nentities:\n  Order:\nrelationships:\n  Order.buyer > User: {}\n"
    )
    with pytest.raises(ValueError, match="several files"):
        rewrite_plan(reading, plan)


def test_a_plan_with_errors_is_not_rewritten() -> None:
    reading = read_plan_text("entities:\n  User: {row: 5}\n", file="shop.plan.yaml")
    assert reading.plan is not None
    with pytest.raises(PlanInvalid):
        rewrite_plan(reading, reading.plan)


@given(before=st.from_type(Plan), after=st.from_type(Plan), data=st.data())
@thorough
def test_any_plan_can_be_rewritten_into_any_other(before: Plan, after: Plan, data: st.DataObject) -> None:
    parts = ("entities", "relationships", "access", "transactions", "rollups", "pins", "workload", "about", "name")
    taken = data.draw(st.sets(st.sampled_from(parts)))
    after = replace(before, **{part: getattr(after, part) for part in taken})
    reading = read_plan_text(write_plan(before), file="any.yaml")
    result = rewrite_plan(reading, after)
    again = read_plan_text(result, file="any.yaml")
    assert again.diagnostics == ()
    assert again.plan == after
