"""Random plans without errors: each is designed, loads, reads back equal, and every query finds its plan.

`GROUNDPLAN_RANDOM_PLANS` asks for more of them.
"""

import os
from random import Random

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.postgres.catalog import differences
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.design import design_postgres
from groundplan.postgres.queries import compile_workload, view_sql
from groundplan.postgres.queries.model import CompiledRead, CompiledWrite

SEEDS = range(int(os.environ.get("GROUNDPLAN_RANDOM_PLANS", "12")))

TYPES = {
    "text": ("{a} = :{a}", "{a} ilike :{a}", "{a} like 'x%'", "lower({a}) = :{a}", "{a} = any(:{a}s)"),
    "text(5..40)": ("{a} = :{a}", "{a} in ('abcdef', :{a})"),
    "email": ("{a} = :{a}",),
    "slug": ("{a} = :{a}",),
    "int": ("{a} = :{a}", "{a} > :{a}", "{a} between :{a}_low and :{a}_high"),
    "decimal(10,2)": ("{a} >= :{a}",),
    "bool": ("{a}", "not {a}"),
    "timestamp": ("{a} > :{a}", "{a} > now() - interval '1 day'"),
    "date": ("{a} = :{a}", "{a} < :{a}"),
    "json": ("{a} @> :{a}", "{a} ? 'key'", "{a} ->> 'key' = :{a}"),
    "enum(one 10%, two 60%, three 30%)": ("{a} = 'one'", "{a} = :{a}", "{a} in ('one', 'two')", "{a} <> 'three'"),
    "list of text(20)": ("{a} @> :{a}", ":{a} = any({a})"),
    "range of timestamp": ("{a} && :{a}",),
    "ip": ("{a} = :{a}",),
    "uuid": ("{a} = :{a}",),
}
ORDERED = ("text", "int", "timestamp", "date", "slug", "decimal(10,2)")
ROWS = ("500", "20K", "3M", "80M")


class Sketch:
    """A plan in the making, as text."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.attributes: dict[str, dict[str, str]] = {}
        self.steps: dict[str, list[tuple[str, str]]] = {}

    def text(self) -> str:
        random = self.random
        names = [f"Thing{number}" for number in range(random.randint(2, 4))]
        lines = ["plan: random", "targets: {postgres: 18}", "entities:"]
        for name in names:
            lines += self.entity(name)
        lines.append("relationships:")
        for number in range(random.randint(1, 5)):
            lines.append(self.relationship(number, random.choice(names), random.choice(names)))
        lines.append("access:")
        for number in range(random.randint(3, 8)):
            lines.append(f"  pattern{number}: {self.pattern(random.choice(names))}")
        keys, times = random.choice(("uuid", "identity")), random.choice(("true", "false"))
        lines.append(f"conventions: {{keys: {keys}, timestamps: {times}}}")
        return "\n".join(lines) + "\n"

    def entity(self, name: str) -> list[str]:
        random = self.random
        attributes = {f"a{number}": random.choice(list(TYPES)) for number in range(random.randint(2, 7))}
        self.attributes[name] = attributes
        self.steps[name] = []
        lines = [f"  {name}:", f"    rows: {{now: {random.choice(ROWS)}}}"]
        if random.random() < 0.4:
            lines.append(f"    lifecycle: {{delete: soft, audit: {random.choice(('true', 'false'))}}}")
        lines.append("    attributes:")
        for attribute, type_name in attributes.items():
            can_be_unique = type_name in ("text", "email", "slug", "int", "uuid")
            unique = " unique" if can_be_unique and random.random() < 0.3 else ""
            optional = "?" if random.random() < 0.3 else ""
            secret = " secret" if random.random() < 0.1 else ""
            lines.append(f'      {attribute}: "{type_name}{optional}{unique}{secret}"')
        return lines

    def relationship(self, number: int, source: str, target: str) -> str:
        random = self.random
        arrow = random.choice((">", ">", "<", "-", "<>"))
        is_optional = arrow != "<>" and (source == target or random.random() < 0.4)
        actions = ["restrict", "cascade", *(["set null"] if is_optional else [])]
        parts = [f"inverse: back{number}"]
        if random.random() < 0.6:
            parts.append(f"on_delete: {random.choice(actions)}")
        self.steps[source].append((f"to{number}", target))
        self.steps[target].append((f"back{number}", source))
        return f"  {source}.to{number} {arrow} {target}{'?' if is_optional else ''}: {{{', '.join(parts)}}}"

    def condition(self, entity: str, *, depth: int = 1) -> str:
        random = self.random
        steps = self.steps[entity]
        if depth and steps and random.random() < 0.35:
            word, target = random.choice(steps)
            attribute, type_name = random.choice(list(self.attributes[target].items()))
            if random.random() < 0.4:
                return f"{word} = :{word}"
            shape = random.choice(TYPES[type_name])
            return shape.replace("{a}", f"{word}.{attribute}").replace(f":{word}.{attribute}", f":{word}_{attribute}")
        attribute, type_name = random.choice(list(self.attributes[entity].items()))
        return random.choice(TYPES[type_name]).replace("{a}", attribute)

    def pattern(self, entity: str) -> str:
        random = self.random
        conditions = list(dict.fromkeys(self.condition(entity) for _ in range(random.randint(0, 3))))
        where = " or ".join(conditions) if random.random() < 0.15 else " and ".join(conditions)
        rate = random.choice((None, "2/day", "5/s", "900/s"))
        parts = [f"rate: {rate}"] if rate else []
        kind = random.random()
        if where and kind < 0.1:
            return f"{{delete: {entity}, {', '.join([f'where: {quoted(where)}', *parts])}}}"
        if kind < 0.2:
            return f"{{insert: {entity}, {', '.join([*parts, 'batch: 2'])}}}"
        parts += [f"where: {quoted(where)}"] if where else []
        ordered = [name for name, type_name in self.attributes[entity].items() if type_name in ORDERED]
        if ordered and random.random() < 0.6:
            keys = random.sample(ordered, min(len(ordered), random.randint(1, 2)))
            parts.append(
                f"order: [{', '.join(key + random.choice(('', ' desc', ' desc nulls last')) for key in keys)}]"
            )
        parts += random.choice(([], ["page: 20"], ["limit: 50"]))
        many = [word for word, _ in self.steps[entity]]
        if many and random.random() < 0.3:
            attribute = next(iter(self.attributes[entity]))
            parts.append(f"fields: [{attribute}, count({random.choice(many)}) as n]")
            parts += random.choice(([], ["staleness: 10min"]))
        return f"{{read: {entity}{', ' if parts else ''}{', '.join(parts)}}}"


def quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def valid_plan(seed: int):
    """Return the first random plan without errors, from this seed on."""
    for attempt in range(400):
        text = Sketch(Random(seed * 1000 + attempt)).text()
        reading = read_plan_text(text, file="random.plan.yaml")
        if reading.plan is None or has_errors(reading.diagnostics):
            continue
        resolved = resolve(reading.plan)
        if not has_errors(resolved.diagnostics):
            return text, resolved
    raise AssertionError(f"no plan without errors from seed {seed}")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_plan_is_designed_and_loads(seed: int, database, shuffle) -> None:
    text, resolved = valid_plan(seed)
    logical = derive_relations(resolved)
    design = design_postgres(resolved, logical)
    assert not has_errors(design.diagnostics), text
    views = view_sql(resolved, logical, design)
    database.execute(schema_sql(design.schema, views=views).encode())
    assert differences(design.schema, database, views=views) == (), text
    for compiled in compile_workload(resolved, logical, design).patterns:
        match compiled:
            case CompiledRead():
                statements = [compiled.first, *([compiled.next] if compiled.next is not None else [])]
            case CompiledWrite():
                statements = [compiled.statement]
            case _:
                statements = []
        for statement in statements:
            database.execute(b"EXPLAIN (GENERIC_PLAN) " + statement.numbered.encode())
    other = resolve(shuffle(resolved.plan, Random(seed)))
    again = derive_relations(other)
    assert repr((again, design_postgres(other, again))) == repr((logical, design)), text
