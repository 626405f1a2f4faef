"""The auction example says what the published benchmark says: sizes, relationships, transactions and mixes."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from groundplan.base.names import plural, snake_case
from groundplan.plan.model import Plan
from groundplan.plan.reader import read_plan

pytestmark = pytest.mark.conformance
EXAMPLE = Path(__file__).parents[2] / "examples" / "auction.plan.yaml"


@pytest.fixture(scope="session")
def benchmark(corpora: Path) -> dict[str, Any]:
    return json.loads((corpora / "rubis.json").read_text())


@pytest.fixture(scope="session")
def plan() -> Plan:
    plan = read_plan(EXAMPLE).plan
    assert plan is not None
    return plan


def names_of(entity: str) -> set[str]:
    """Return the ways the benchmark may spell an entity: `Item` is `items`, `BuyNow` is `buynow`."""
    return {plural(snake_case(entity)), entity.lower()}


def same(benchmark_name: str, entity: str) -> bool:
    return benchmark_name in names_of(entity)


def test_entities_have_their_sizes_and_attributes(benchmark: dict[str, Any], plan: Plan) -> None:
    assert len(benchmark["entities"]) == len(plan.entities)
    for published in benchmark["entities"]:
        (entity,) = [entity for entity in plan.entities if same(published["name"], entity.name)]
        assert entity.rows.now == published["rows"]
        assert {attribute.name for attribute in entity.attributes} == set(published["attributes"]) - {"id"}


def test_relationships_are_the_same(benchmark: dict[str, Any], plan: Plan) -> None:
    assert len(benchmark["relationships"]) == len(plan.relationships)
    for published in benchmark["relationships"]:
        found = [
            each
            for each in plan.relationships
            if each.name == published["name"]
            and each.inverse == published["inverse"]
            and same(published["many"], each.source)
            and same(published["one"], each.targets[0])
        ]
        assert len(found) == 1, published


@pytest.mark.parametrize("mix", ["bidding", "browsing"])
def test_mixes_have_their_weights(benchmark: dict[str, Any], plan: Plan, mix: str) -> None:
    assert plan.workload is not None
    (ours,) = [each for each in plan.workload.mixes if each.name == mix]
    published = {
        each["transaction"]: Fraction(str(each["weights"][mix])) / 100
        for each in benchmark["transactions"]
        if mix in each["weights"]
    }
    assert dict(ours.weights) == published


def test_every_transaction_is_there_with_no_fewer_steps_than_its_distinct_statements(
    benchmark: dict[str, Any], plan: Plan
) -> None:
    steps = {transaction.name: transaction.steps for transaction in plan.transactions}
    assert set(steps) == {each["transaction"] for each in benchmark["transactions"]}
    for name in ("StoreBid", "StoreBuyNow", "StoreComment"):
        (published,) = [each for each in benchmark["transactions"] if each["transaction"] == name]
        assert len(steps[name]) == len(published["statements"])
