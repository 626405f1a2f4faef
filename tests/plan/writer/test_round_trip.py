"""What is written reads as the same plan, in short forms and in long ones, and is written the same again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.plan.access import Near, Read
from groundplan.plan.formula import Formula
from groundplan.plan.grammar import attributes, reads, relationships, transactions
from groundplan.plan.grammar.forms import ShortOrLong
from groundplan.plan.model import Arrow, Entity, FunctionalDependency, NamedCheck, Plan, Relationship
from groundplan.plan.quantities import Distance
from groundplan.plan.reader import read_plan, read_plan_text
from groundplan.plan.writer import write_plan

ROOT = Path(__file__).parents[3]
PLANS = sorted((*ROOT.glob("examples/*.plan.yaml"), *ROOT.glob("tests/plan/reader/cases/*.plan.yaml")))
NASTY = (
    "a - b",
    "a > b",
    "a <> b",
    "a->b",
    "a ->> b",
    "a | b",
    "a?",
    '"',
    'say "hi"',
    "a,b",
    "[a]",
    "join: [a]",
    "🚗",
    "-",
    "é b",
)
thorough = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@contextmanager
def at_length() -> Iterator[None]:
    """Write every mapping that a short form stands for."""
    with ExitStack() as stack:
        for form, write, long in (
            (ShortOrLong, "write", lambda form, value: form.long.write(value)),
            (attributes.AttributeForm, "write_entry", lambda form, value: (value.name, form.write_long(value))),
            (relationships.RelationshipForm, "write_entry", relationships.RelationshipForm.write_long_entry),
            (transactions.TransactionForm, "write_entry", lambda _, value: transactions._LONG.write_entry(value)),
            (reads.NearForm, "write", lambda _, value: reads._LONG_NEAR.write(value)),
        ):
            stack.enter_context(patch.object(form, write, long))
        yield


@given(plan=st.from_type(Plan))
@thorough
def test_every_plan_reads_as_it_was_written(plan: Plan) -> None:
    text = write_plan(plan)
    reading = read_plan_text(text, file="any.yaml")
    assert reading.diagnostics == ()
    assert reading.plan == plan
    assert write_plan(reading.plan) == text


@given(plan=st.from_type(Plan))
@thorough
def test_long_forms_say_what_short_forms_say(plan: Plan) -> None:
    with at_length():
        text = write_plan(plan)
    reading = read_plan_text(text, file="any.yaml")
    assert reading.diagnostics == ()
    assert reading.plan == plan


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.name)
def test_examples_are_written_and_read_back_in_both_forms(path: Path) -> None:
    plan = read_plan(path).plan
    assert plan is not None
    assert read_plan_text(write_plan(plan), file="any.yaml").plan == plan
    with at_length():
        text = write_plan(plan)
    assert text != write_plan(plan)
    assert read_plan_text(text, file="any.yaml").plan == plan


@pytest.mark.parametrize("attribute", ["coordinates", "attribute", "center", "within"])
def test_nearness_of_an_attribute_that_is_called_like_a_key(attribute: str) -> None:
    near = Near(attribute=attribute, center=Formula(text=":here"), within=Distance(Fraction(5000)))
    plan = Plan(name="shop", access=(Read(name="near_me", entity="Place", near=near),))
    assert read_plan_text(write_plan(plan), file="any.yaml").plan == plan


@pytest.mark.parametrize("names", [("a", "b"), ("a", None), ("a", "a"), (None, None)])
def test_checks_with_and_without_names(names: tuple[str | None, ...]) -> None:
    checks = tuple(NamedCheck(name=name, formula=Formula(text="a > 1")) for name in names)
    plan = Plan(name="shop", entities=(Entity(name="Item", checks=checks),))
    assert read_plan_text(write_plan(plan), file="any.yaml").plan == plan


@pytest.mark.parametrize("name", NASTY)
def test_names_within_texts(name: str) -> None:
    plan = Plan(
        name="shop",
        entities=(Entity(name=name, dependencies=(FunctionalDependency(determinant=(name,), dependent=("a", "b")),)),),
        relationships=(
            Relationship(source=name, name=name, arrow=Arrow.ONE_TO_ONE, targets=(name, "other"), is_optional=True),
        ),
    )
    assert read_plan_text(write_plan(plan), file="any.yaml").plan == plan


def test_the_short_forms_of_the_examples() -> None:
    plan = read_plan(ROOT / "tests/plan/reader/cases/rest.plan.yaml").plan
    assert plan is not None
    text = write_plan(plan)
    for line in (
        "      nb_of_bids: int computed count(bids)",
        "      value: {type: float, values: {distinct: 5K, skew: zipf 1.1, nulls: 2%}}",
        "      - zip -> city, country",
        '    exclude: [{room: "=", during: "&&"}]',
        "    rows: {now: 2B, growth: +50M/day}",
        "    lifecycle: {retain: 90 days by at}",
        "  Attachment.subject > Ticket | Message: {inverse: attachments}",
        "  Reading.device > Device: {inverse: readings, inverse_fanout: 100K, on_update: cascade}",
        "  StoreBid: [add_bid, bump]",
        "  total: 1000/s",
    ):
        assert f"{line}\n" in text
