"""The designs that are compared, for a small plan."""

from dataclasses import replace
from pathlib import Path

import pytest
from document_designs.model import CostModel
from document_designs.variants import CHOSEN, DECLARED, EMBEDDED, REFERENCED, variants_of

from groundplan.logical.model import LogicalModel
from groundplan.service.design import MONGO, design_plan

PLAN = """
plan: shop
entities:
  Customer: {rows: {now: 200K}, attributes: {name: text(50)}}
  Order: {rows: {now: 1M}, attributes: {number: int unique}}
  Line: {rows: {now: 3M}, attributes: {sku: text(20), quantity: int}}
relationships:
  Line.order > Order: {inverse: lines, inverse_fanout: {p50: 2, p99: 20, max: 200}, on_delete: cascade}
  Order.customer > Customer: {inverse: orders}
access:
  order: {read: Order, one: true, where: number = :number, fields: [number, lines.sku, customer.name], rate: 500/s}
  add_line: {insert: Line, rate: 5/s}
"""


@pytest.fixture
def shop(tmp_path: Path) -> tuple:
    file = tmp_path / "shop.plan.yaml"
    file.write_text(PLAN)
    found = design_plan(file, engines=(MONGO,))
    return found.resolved, found.logical


def test_every_other_choice_is_one_decision_away(shop: tuple) -> None:
    resolved, logical = shop
    variants, left_out = variants_of(resolved, logical, logical)
    names = [variant.name for variant in variants]
    assert names == [CHOSEN, REFERENCED, "Order.customer: reference", "Line.order: reference"]
    reasons = {each.name: each.reason for each in left_out}
    assert reasons[DECLARED] == reasons[EMBEDDED] == f"the same as {CHOSEN}"
    assert reasons["Order.customer: embed"].startswith("nothing bounds how many orders one of customers has")


def test_a_neighbour_keeps_what_else_was_chosen(shop: tuple) -> None:
    resolved, logical = shop
    variants, _ = variants_of(resolved, logical, logical)
    layouts = {variant.name: variant.layout for variant in variants}
    assert layouts[CHOSEN].embedded == {"lines": "order"}
    assert layouts["Order.customer: reference"].embedded == {"lines": "order"}
    assert layouts["Line.order: reference"].embedded == {}
    assert layouts["Line.order: reference"].copies == layouts[CHOSEN].copies
    assert not layouts[REFERENCED].copies


def test_no_neighbour_is_cheaper_to_the_model_that_chose(shop: tuple) -> None:
    resolved, logical = shop
    variants, _ = variants_of(resolved, logical, logical)
    costs = CostModel(resolved, logical)
    totals = [sum(costs.rates[name] * ms for name, ms in costs.milliseconds(each.layout).items()) for each in variants]
    assert totals[0] == min(totals)


def test_what_is_chosen_for_other_sizes_runs_beside(shop: tuple) -> None:
    resolved, logical = shop
    variants, _ = variants_of(resolved, logical, _with_long_orders(logical))
    assert [variant.name for variant in variants][:2] == [CHOSEN, DECLARED]
    assert variants[0].layout.embedded == {}
    assert variants[1].layout.embedded == {"lines": "order"}


def _with_long_orders(logical: LogicalModel) -> LogicalModel:
    """Return a model whose orders have so many lines that nobody wants them all in one document."""
    relations = []
    for relation in logical.relations:
        references = [
            replace(each, fanout=replace(each.fanout, mean=150_000, p50=150_000, p99=180_000, max=200_000))
            if relation.name == "lines"
            else each
            for each in relation.references
        ]
        relations.append(replace(relation, references=tuple(references)))
    return replace(logical, relations=tuple(relations))
