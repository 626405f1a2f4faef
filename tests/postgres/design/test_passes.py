"""Each pass of the PostgreSQL design by its cases: a sentence, a plan, and lines of what must come out.

Every case is loaded into a real server too, and its catalog compared with the design.
"""

import re
from functools import cache
from pathlib import Path
from random import Random

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.postgres import design
from groundplan.postgres.catalog import differences
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.design import PASSES, design_postgres, passes
from groundplan.postgres.design.rules import DESIGN_RULES
from groundplan.postgres.design.rules.registry import __file__ as registry_file
from groundplan.postgres.design.text import in_words, index_in_words
from groundplan.postgres.model import AuditTrigger, PostgresDesign, SoftDeleteTrigger, Table, TouchTrigger
from groundplan.postgres.queries import compile_workload, view_sql

HEAD = "plan: case\ntargets: {postgres: 18}\n"
CASE = re.compile(r"^## (?P<title>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
FOLDER = Path(__file__).parent / "cases"

Designed = tuple[ResolvedPlan, LogicalModel, PostgresDesign]


def cases():
    for file in sorted(FOLDER.glob("*.md")):
        for found in CASE.finditer(file.read_text()):
            blocks = {block["kind"]: block["text"] for block in BLOCK.finditer(found["body"])}
            assert set(blocks) == {"yaml", "out"}, f"{file.name}: {found['title']}"
            yield pytest.param(blocks["yaml"], blocks["out"], id=f"{file.stem}: {found['title']}")


CASES = list(cases())


@cache
def designed(plan: str) -> Designed:
    text = plan if plan.startswith("plan:") else HEAD + plan
    reading = read_plan_text(text, file="case.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors((*reading.diagnostics, *resolved.diagnostics)), (*reading.diagnostics, *resolved.diagnostics)
    logical = derive_relations(resolved)
    return resolved, logical, design_postgres(resolved, logical)


def table_lines(table: Table) -> list[str]:
    lines = [f"{table.name}: {', '.join(column.name for column in table.columns)}"]
    lines.append(f"{table.name}: {table.primary_key.name} ({', '.join(table.primary_key.columns)})")
    for column in table.columns:
        words = [f"{table.name}.{column.name}: {column.type}{'?' if column.is_nullable else ''}"]
        words += ["identity"] if column.is_identity else []
        words += [f"default {in_words(column.default)}"] if column.default is not None else []
        words += [f"generated {in_words(column.generated)}"] if column.generated is not None else []
        words += [f"({column.comment})"] if column.comment is not None else []
        lines.append(" ".join(words))
    lines += [f"{table.name}: {found.name} unique ({', '.join(found.columns)})" for found in table.unique]
    lines += [f"{table.name}: {found.name} check {in_words(found.condition)}" for found in table.checks]
    for key in table.foreign_keys:
        cleared = f" ({', '.join(key.set_columns)})" if key.set_columns else ""
        late = " deferrable" if key.is_deferrable else ""
        lines.append(
            f"{table.name}: {key.name} ({', '.join(key.columns)}) -> {key.target} ({', '.join(key.target_columns)}) "
            f"on delete {key.on_delete.value}{cleared}{late}"
        )
    for exclusion in table.exclusions:
        where = f" where {in_words(exclusion.where)}" if exclusion.where is not None else ""
        members = ", ".join(" ".join(pair) for pair in exclusion.members)
        lines.append(f"{table.name}: {exclusion.name} exclude {members}{where}")
    for index in table.indexes:
        lines.append(f"{table.name}: {index.name} {index_in_words(index)}")
        lines.append(f"{index.name} serves {', '.join(index.serves) or 'nothing else'}")
    return lines + trigger_lines(table)


def trigger_lines(table: Table) -> list[str]:
    lines: list[str] = []
    for trigger in table.triggers:
        match trigger:
            case TouchTrigger():
                lines.append(f"{table.name}: {trigger.name} touches {trigger.column}")
            case AuditTrigger():
                hidden = ", ".join(trigger.hidden) or "nothing"
                lines.append(f"{table.name}: {trigger.name} writes {trigger.audit_table}, hides {hidden}")
            case SoftDeleteTrigger():
                for word in ("cascades", "restricts", "nullifies"):
                    links = [f"{found.table}{' (soft)' if found.is_soft else ''}" for found in getattr(trigger, word)]
                    lines.append(f"{table.name}: {trigger.name} {word} {', '.join(links) or 'nothing'}")
    return lines


def rendered(found: PostgresDesign) -> list[str]:
    schema = found.schema
    lines = [f"extensions: {', '.join(schema.extensions) or 'none'}"]
    lines.append(f"tables: {', '.join(table.name for table in schema.tables)}")
    lines += [f"enum {enum.name}: {', '.join(enum.values)}" for enum in schema.enums]
    for table in schema.tables:
        lines += table_lines(table)
    for view in schema.views:
        lines.append(f"view {view.name} of {view.table}: {', '.join(view.columns)} where {in_words(view.where)}")
    for stored in schema.materialized_views:
        columns = ", ".join(f"{name} {type_name}" for name, type_name in stored.columns)
        lines.append(f"view {stored.name} stores {stored.pattern}: {columns}")
        lines.append(f"view {stored.name}: key {', '.join(stored.key)}, refreshed every {stored.refresh_seconds:g} s")
        lines += [f"view {stored.name}: {index.name} {index_in_words(index)}" for index in stored.indexes]
    lines += [f"expiry {expiry.name}: {expiry.table}.{expiry.column}, {expiry.batch}" for expiry in schema.expiries]
    for decision in found.decisions:
        pinned = " (pinned)" if decision.is_pinned else ""
        lines.append(f"decision {decision.pin} = {decision.choice}{pinned}")
        lines += [f"against {decision.pin}: {other.choice}" for other in decision.alternatives]
        lines += [f"input {decision.pin}: {given.name} = {given.value}" for given in decision.inputs]
        lines.append(f"reason {decision.pin}: {decision.reason}")
    lines += [f"assumed {assumed.object}: {assumed.fact} = {assumed.value}" for assumed in found.assumptions]
    for finding in found.diagnostics:
        lines.append(f"{finding.severity.value} {finding.code} line {finding.origin.line}: {finding.message}")
        lines.append(f"help {finding.code}: {finding.help}")
    return lines


@pytest.mark.parametrize(("plan", "expected"), CASES)
def test_case(plan: str, expected: str) -> None:
    _, _, found = designed(plan)
    lines = rendered(found)
    for line in filter(None, expected.splitlines()):
        if line.startswith("! "):
            assert line[2:] not in lines, "\n".join(lines)
        else:
            words = line.split(" = ")[0].split(":")[0]
            assert line in lines, "\n".join(
                [line, "not in:", *(found for found in lines if words in found), "", *lines]
            )


@pytest.mark.parametrize(("plan", "expected"), CASES)
def test_case_loads(plan: str, expected: str, database) -> None:
    resolved, logical, found = designed(plan)
    if has_errors(found.diagnostics) or found.schema.version != 18:
        pytest.skip("the design is not for this server")
    views = view_sql(resolved, logical, found)
    database.execute(schema_sql(found.schema, views=views).encode())
    assert differences(found.schema, database, views=views) == ()
    compile_workload(resolved, logical, found)


@pytest.mark.parametrize(("plan", "expected"), CASES)
def test_case_in_another_order(plan: str, expected: str, shuffle) -> None:
    resolved, logical, found = designed(plan)
    if any(pin.choice == "as declared" for pin in resolved.plan.pins):
        pytest.skip("the plan pins its own order")
    other = resolve(shuffle(resolved.plan, Random(1)))
    again = derive_relations(other)
    assert repr((again, design_postgres(other, again))) == repr((logical, found))


@pytest.mark.parametrize(("plan", "expected"), CASES)
def test_what_every_design_keeps(plan: str, expected: str) -> None:
    _, _, found = designed(plan)
    for table in found.schema.tables:
        secrets = {column.name for column in table.columns if column.is_secret}
        for index in table.indexes:
            assert secrets.isdisjoint(index.include), f"{index.name} covers a secret"
            assert index.is_unique or index.serves, f"{index.name} serves nobody"
    for decision in found.decisions:
        assert decision.alternatives, f"{decision.object} {decision.topic} has no alternative"
        assert decision.reason.endswith("."), decision.reason
        assert decision.choice not in {other.choice for other in decision.alternatives}, decision
    assert list(found.decisions) == sorted(
        found.decisions, key=lambda made: (made.object, made.topic, made.pin, made.choice)
    )


def test_every_pass_is_registered() -> None:
    files = {file.stem for file in Path(passes.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == {found.__name__ for found in PASSES}


def test_every_pass_has_cases() -> None:
    assert {file.stem for file in FOLDER.glob("*.md")} >= {found.__name__ for found in PASSES}


def test_every_rule_is_registered_and_has_cases() -> None:
    files = {file.stem for file in Path(registry_file).parent.glob("pd*.py")}
    assert files == {f"{rule.code.lower()}_{rule.name}" for rule in DESIGN_RULES}
    assert files <= {file.stem for file in FOLDER.glob("*.md")}


def test_cases_are_about_passes_and_rules() -> None:
    known = {found.__name__ for found in PASSES} | {f"{rule.code.lower()}_{rule.name}" for rule in DESIGN_RULES}
    assert {file.stem for file in FOLDER.glob("*.md")} <= known


def test_rules_have_manual_pages() -> None:
    from groundplan.base.rule import PAGE_HEADINGS

    for rule in DESIGN_RULES:
        assert tuple(rule.sections) == PAGE_HEADINGS, rule.code
    assert design.__doc__
