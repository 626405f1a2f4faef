"""Each pass of the logical stage by its cases: a sentence, a plan, and lines of what must come out."""

import re
from pathlib import Path

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical import derive, passes
from groundplan.logical.derive import derive_relations
from groundplan.logical.model import LogicalModel, Reference, Relation
from groundplan.plan.expressions import Local
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.postgres.quoting import expression_sql

HEAD = "plan: case\ntargets: {postgres: 18}\n"
CASE = re.compile(r"^## (?P<title>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)


def cases():
    for file in sorted(Path(__file__).parent.joinpath("cases").glob("*.md")):
        for found in CASE.finditer(file.read_text()):
            blocks = {block["kind"]: block["text"] for block in BLOCK.finditer(found["body"])}
            assert set(blocks) == {"yaml", "out"}, f"{file.name}: {found['title']}"
            yield pytest.param(blocks["yaml"], blocks["out"], id=f"{file.stem}: {found['title']}")


def sql(expression):
    return expression_sql(expression, name=lambda found: found.name if isinstance(found, Local) else str(found))


def reference_lines(relation: Relation, reference: Reference) -> list[str]:
    words = [
        f"{relation.name}.{reference.name}: ({', '.join(reference.attributes)}) -> "
        f"{reference.target} ({', '.join(reference.target_attributes)})",
        f"on delete {reference.on_delete.value}",
    ]
    words += ["unique"] if reference.is_unique else []
    words += ["optional"] if reference.is_optional else []
    words += ["deferrable"] if reference.is_deferrable else []
    words += [f"agrees on {', '.join(reference.agrees)}"] if reference.agrees else []
    fanout = reference.fanout
    numbers = f"mean {fanout.mean:.4g}, p50 {fanout.p50:.4g}, p99 {fanout.p99:.4g}, max {fanout.max:.4g}"
    assumed = ", assumed" if fanout.is_assumed else ""
    nulls = f", {reference.null_share:.0%} empty" if reference.is_optional else ""
    return [", ".join(words), f"fan-out of {relation.name}.{reference.name}: {numbers}{nulls}{assumed}"]


def rendered(model: LogicalModel) -> list[str]:
    lines: list[str] = ["relations: " + ", ".join(relation.name for relation in model.relations)]
    for relation in model.relations:
        rows = f"{relation.rows.now} rows{', assumed' if relation.rows.is_assumed else ''}"
        lines.append(f"{relation.name} ({relation.source}, {rows}): key ({', '.join(relation.primary_key)})")
        for found in relation.attributes:
            default = f" = {sql(found.default)}" if found.default is not None else ""
            optional = "?" if found.is_optional else ""
            lines.append(
                f"{relation.name}.{found.name}: {type(found.type).__name__}{optional}{default}, {found.role.value}"
            )
        for key in relation.candidate_keys:
            where = "" if key.where is None else f" where {sql(key.where)}"
            lines.append(f"{relation.name}: unique ({', '.join(key.attributes)}){where}")
        for check in relation.checks:
            lines.append(f"{relation.name}: check {check.name or '-'}: {sql(check.condition)}")
        for exclusion in relation.exclusions:
            lines.append(f"{relation.name}: exclude {', '.join(' '.join(pair) for pair in exclusion.members)}")
        for reference in relation.references:
            lines += reference_lines(relation, reference)
    for decision in model.decisions:
        pinned = " (pinned)" if decision.is_pinned else ""
        lines.append(f"decision {decision.pin} = {decision.choice}{pinned}")
    lines += [f"assumed {found.object}: {found.fact} = {found.value}" for found in model.assumptions]
    return lines


def derived(plan: str) -> LogicalModel:
    reading = read_plan_text(plan if plan.startswith("plan:") else HEAD + plan, file="case.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors((*reading.diagnostics, *resolved.diagnostics)), (*reading.diagnostics, *resolved.diagnostics)
    return derive_relations(resolved)


@pytest.mark.parametrize(("plan", "expected"), list(cases()))
def test_case(plan: str, expected: str) -> None:
    lines = rendered(derived(plan))
    for line in filter(None, expected.splitlines()):
        if line.startswith("! "):
            assert line[2:] not in lines, "\n".join(lines)
        else:
            assert line in lines, "\n".join([line, "not in:", *lines])


def test_every_pass_is_registered() -> None:
    files = {file.stem for file in Path(passes.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == {found.__name__ for found in derive.PASSES}


def test_every_pass_has_cases() -> None:
    with_cases = {file.stem for file in Path(__file__).parent.joinpath("cases").glob("*.md")}
    assert with_cases == {found.__name__ for found in derive.PASSES}
