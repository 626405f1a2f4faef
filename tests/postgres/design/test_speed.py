"""Sixty entities and two hundred access patterns are designed before anybody notices."""

import time

from groundplan.logical.derive import derive_relations
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.postgres.design import design_postgres

ENTITIES, PATTERNS, SECONDS = 60, 200, 0.3


def large_plan() -> str:
    lines = ["plan: large", "targets: {postgres: 18}", "entities:"]
    for number in range(ENTITIES):
        lifecycle = "lifecycle: {delete: soft, audit: true}, " if number % 3 == 0 else ""
        lines.append(
            f"  Entity{number}: {{rows: {{now: {number + 1}M}}, {lifecycle}attributes: {{name: text(50) unique, "
            "status: 'enum(new 10%, done 90%) = new', score: int(0..100), at: timestamp?, body: text, doc: json}}"
        )
    lines.append("relationships:")
    for number in range(1, ENTITIES):
        lines.append(f"  Entity{number}.up > Entity{number // 2}: {{inverse: down{number}}}")
        lines.append(f"  Entity{number}.tags <> Entity{number // 3}: {{inverse: tagged{number}}}")
    lines.append("access:")
    shapes = (
        "{{read: Entity{n}, where: up = :up and status = 'done', order: at desc, page: 20, rate: 10/s}}",
        "{{read: Entity{n}, where: score > :score and at > :since, fields: [name, up.name], rate: 1/s}}",
        "{{read: Entity{n}, where: tags.name = :tag, page: 50, fields: [name, tags.name]}}",
        "{{read: Entity{n}, search: {{in: [name, body]}}, page: 10}}",
        "{{update: Entity{n}, where: id = :id, set: {{status: done, at: now()}}, rate: 5/s}}",
    )
    for number in range(PATTERNS):
        shape = shapes[number % len(shapes)].format(n=1 + number % (ENTITIES - 1))
        lines.append(f"  pattern{number}: {shape}")
    return "\n".join(lines) + "\n"


def test_a_large_plan_is_designed_quickly() -> None:
    reading = read_plan_text(large_plan(), file="large.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    times = []
    for _ in range(3):
        begun = time.process_time()
        logical = derive_relations(resolved)
        design = design_postgres(resolved, logical)
        times.append(time.process_time() - begun)
    assert len(design.schema.tables) >= ENTITIES
    assert min(times) < SECONDS, times
