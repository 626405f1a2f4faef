"""Forty entities and sixty relationships are laid out before anybody notices."""

import time

from groundplan.logical.derive import derive_relations
from groundplan.mongo.design import design_mongo
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve

ENTITIES, LINKS, PATTERNS, SECONDS = 40, 21, 120, 2.0


def large_plan() -> str:
    lines = ["plan: large", "targets: {mongo: 6}", "entities:"]
    for number in range(ENTITIES):
        lines.append(
            f"  Entity{number}: {{rows: {{now: {number + 1}M}}, attributes: {{name: text(50), "
            "status: 'enum(new 10%, done 90%) = new', score: int(0..100), at: timestamp?, body: text, doc: json}}"
        )
    lines.append("relationships:")
    for number in range(1, ENTITIES):
        fanout = "inverse_fanout: {p50: 2, p99: 20, max: 100}"
        lines.append(f"  Entity{number}.up > Entity{number // 2}: {{inverse: down{number}, {fanout}}}")
    for number in range(1, LINKS + 1):
        fanouts = "fanout: {p50: 3, max: 20}, inverse_fanout: {p50: 4, max: 400}"
        lines.append(f"  Entity{number}.tags <> Entity{number // 3}: {{inverse: tagged{number}, {fanouts}}}")
    lines.append("access:")
    shapes = (
        "{{read: Entity{n}, where: up = :up and status = 'done', order: at desc, page: 20, rate: 10/s}}",
        "{{read: Entity{n}, where: score > :score and at > :since, fields: [name, up.name], rate: 1/s}}",
        "{{read: Entity{n}, one: true, where: id = :id, fields: [name, up.name, {down}.name], rate: 30/s}}",
        "{{insert: Entity{n}, rate: 5/s}}",
        "{{update: Entity{n}, where: id = :id, set: {{status: done, at: now()}}, rate: 5/s}}",
    )
    for pattern in range(PATTERNS):
        number = 1 + pattern % (ENTITIES - 1)
        down = f"down{2 * number}" if 2 * number < ENTITIES else "up"
        lines.append(f"  pattern{pattern}: {shapes[pattern % len(shapes)].format(n=number, down=down)}")
    return "\n".join(lines).replace("up.name, up.name]", "up.name]") + "\n"


def test_a_large_plan_is_laid_out_quickly() -> None:
    reading = read_plan_text(large_plan(), file="large.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert len(resolved.plan.relationships) >= 60
    logical = derive_relations(resolved)
    times = []
    for _ in range(2):
        begun = time.process_time()
        design = design_mongo(resolved, logical)
        times.append(time.process_time() - begun)
    assert any(found.choice == "embed" for found in design.decisions)
    assert min(times) < SECONDS, times
