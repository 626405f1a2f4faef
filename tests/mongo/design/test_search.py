"""The search finds what trying everything finds, and prices what it keeps as if it were priced anew."""

from itertools import product
from math import inf, prod
from random import Random

import pytest

from groundplan.logical.derive import derive_relations
from groundplan.logical.facts import Facts
from groundplan.mongo.design.costs.pricing import Pricing
from groundplan.mongo.design.placing import search as searching
from groundplan.mongo.design.placing.offers import questions_of
from groundplan.mongo.design.placing.search import Search
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve


def random_plan(seed: int) -> str:
    """Five entities at random, each belonging to an earlier one or two, and patterns over them."""
    random = Random(seed)
    count = 5
    lines = ["plan: random", "targets: {mongo: 6}", "entities:"]
    for number in range(count):
        size = random.choice(["", " ~4KB", " ~100B"])
        lines.append(
            f"  E{number}: {{rows: {{now: {10 ** (5 + number // 2)}}}, attributes: {{a: text{size}, n: int = 0}}}}"
        )
    lines.append("relationships:")
    for number in range(1, count):
        for word in ("one", "two")[: random.choice([1, 1, 2])]:
            target = random.randrange(number)
            fanout = random.choice(["{p50: 2, p99: 9, max: 40}", "{p50: 2, p99: 900}", "{p50: 5, p99: 400, max: 9M}"])
            lines.append(f"  E{number}.{word} > E{target}: {{inverse: {word}s{number}, inverse_fanout: {fanout}}}")
    hops = [line.split(":")[0].strip() for line in lines[lines.index("relationships:") + 1 :]]
    lines.append("access:")
    for position, hop in enumerate(hops):
        holder, word = hop.split(" > ")[0].split(".")
        target, rate = hop.split(" > ")[1], random.choice([1, 30, 900])
        shape = random.choice(
            [
                f"{{read: {holder}, where: {word} = :p, fields: [a, {word}.a], order: created_at desc, limit: 9, ",
                f"{{read: {target}, one: true, where: id = :p, fields: [a, {word}s{holder[1]}.a], ",
                f"{{read: {target}, one: true, where: id = :p, fields: [a, count({word}s{holder[1]}) as c], ",
                f"{{insert: {holder}, ",
                f"{{update: {holder}, where: id = :p, set: {{n: n + 1}}, ",
            ]
        )
        lines.append(f"  p{position}: {shape}rate: {rate}/s}}")
    return "\n".join(lines) + "\n"


def search_of(seed: int) -> Search:
    reading = read_plan_text(random_plan(seed), file="random.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    facts = Facts(resolved, derive_relations(resolved))
    pricing = Pricing(facts)
    return Search(pricing, questions_of(facts, pricing.book, pricing.profiles))


def least(search: Search) -> float:
    """The price of the cheapest of all assignments, without groups and without the rule for what is kept twice."""
    ranges = [range(len(question.offers)) for question in search.questions]
    return min(search.total(assignment, search.pricing.profiles) for assignment in product(*ranges))


SEEDS = [seed for seed in range(40) if prod(len(question.offers) for question in search_of(seed).questions) <= 600]


def test_there_are_plans_with_a_choice() -> None:
    assert len(SEEDS) >= 20
    assert sum(any(question.can_embed for question in search_of(seed).questions) for seed in SEEDS) >= 10


@pytest.mark.parametrize("seed", SEEDS)
def test_trying_groups_finds_the_cheapest(seed: int, monkeypatch) -> None:
    monkeypatch.setattr(searching, "WORTH_KEEPING_TWICE", -inf)
    search = search_of(seed)
    found = search.run()
    assert found.is_exhaustive
    assert found.price == pytest.approx(least(search_of(seed)), rel=1e-6)
    assert found.bound == pytest.approx(found.price, rel=1e-6)


@pytest.mark.parametrize("seed", SEEDS)
def test_step_by_step_comes_near_and_the_bound_holds(seed: int, monkeypatch) -> None:
    monkeypatch.setattr(searching, "WORTH_KEEPING_TWICE", -inf)
    monkeypatch.setattr(searching, "EXHAUSTIVE", 1)
    found = search_of(seed).run()
    cheapest = least(search_of(seed))
    assert cheapest * (1 - 1e-9) <= found.price <= cheapest * 1.05
    assert found.bound <= cheapest * (1 + 1e-9)


@pytest.mark.parametrize("seed", SEEDS[:12])
def test_prices_that_are_kept_are_those_worked_out_anew(seed: int) -> None:
    search, random = search_of(seed), Random(seed)
    for _ in range(30):
        assignment = tuple(random.randrange(len(question.offers)) for question in search.questions)
        arrangement = search.arrangement(assignment)
        if arrangement is not None:
            for profile in search.pricing.profiles:
                anew = search.pricing.price(profile, arrangement.layout)
                assert search.price(profile, arrangement) == pytest.approx(anew), (profile.name, arrangement.layout)
