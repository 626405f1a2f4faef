"""The MongoDB design by its cases: a sentence, a plan, and lines of what must come out.

Every case is also put on a real server, and designed again from a plan whose parts are declared in another order.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.logical.model import LogicalModel
from groundplan.mongo.design import PASSES, design_mongo, passes
from groundplan.mongo.design.rules import DESIGN_RULES
from groundplan.mongo.design.rules.registry import __file__ as registry_file
from groundplan.mongo.design.text import index_in_words
from groundplan.mongo.model import (
    CopiedFields,
    CountedRows,
    Document,
    EmbeddedDocuments,
    MongoDesign,
    SchemaVersion,
    ValueField,
)
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve

HEAD = "plan: case\ntargets: {mongo: 6}\n"
CASE = re.compile(r"^## (?P<title>.+?)\n(?P<body>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)
FOLDER = Path(__file__).parent / "cases"


def cases():
    for file in sorted(FOLDER.glob("*.md")):
        for found in CASE.finditer(file.read_text()):
            blocks = {block["kind"]: block["text"] for block in BLOCK.finditer(found["body"])}
            assert set(blocks) == {"yaml", "out"}, f"{file.name}: {found['title']}"
            yield pytest.param(blocks["yaml"], blocks["out"], id=f"{file.stem}: {found['title']}")


CASES = list(cases())


@cache
def designed(plan: str) -> tuple[ResolvedPlan, LogicalModel, MongoDesign]:
    text = plan if plan.startswith("plan:") else HEAD + plan
    reading = read_plan_text(text, file="case.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors((*reading.diagnostics, *resolved.diagnostics)), (*reading.diagnostics, *resolved.diagnostics)
    logical = derive_relations(resolved)
    return resolved, logical, design_mongo(resolved, logical)


def document_words(document: Document) -> str:
    return ", ".join(field_words(field) for field in document.fields)


def field_words(field: object) -> str:
    match field:
        case ValueField():
            return f"{field.name}{'?' if field.is_optional else ''}"
        case CopiedFields():
            return f"{field.name} {{{', '.join(found.name for found in field.fields)}}}"
        case EmbeddedDocuments():
            inner = f"{{{document_words(field.document)}}}"
            bound = "" if field.maximum is None else f" at most {field.maximum}"
            kept = "" if field.is_whole else f" (subset by {field.order})"
            return f"{field.name} " + (f"[{inner}]" if field.is_many else inner) + bound + kept
        case CountedRows():
            return f"{field.name} #{field.relation}"
        case SchemaVersion():
            return f"{field.name} = {field.version}"
        case _:
            raise AssertionError(field)


def rendered(found: MongoDesign) -> list[str]:
    lines = [f"collections: {', '.join(collection.name for collection in found.model.collections)}"]
    for collection in found.model.collections:
        lines.append(f"{collection.name}: {document_words(collection.document)}")
        for check in collection.checks:
            lines.append(f"{collection.name}: check {check.name} of {check.relation} at {check.path or 'the top'}")
        for index in collection.indexes:
            lines.append(f"{collection.name}: {index.name} {index_in_words(index)}")
            lines.append(f"{index.name} serves {', '.join(index.serves)}")
        if collection.time_series is not None:
            series = collection.time_series
            lines.append(f"{collection.name}: time series {series.time_field} {series.meta_field} {series.granularity}")
    lines += [f"view {view.name} of {view.collection} by {view.marker}" for view in found.model.views]
    for decision in found.decisions:
        pinned = " (pinned)" if decision.is_pinned else ""
        lines.append(f"decision {decision.pin} = {decision.choice}{pinned}")
        lines += [f"against {decision.pin}: {other.choice}" for other in decision.alternatives]
        lines += [f"why not {decision.pin}: {other.choice}: {other.why_not}" for other in decision.alternatives]
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
        elif line.endswith("…"):
            assert any(other.startswith(line[:-1]) for other in lines), "\n".join([line, "not in:", *lines])
        else:
            assert line in lines, "\n".join([line, "not in:", *lines])


@pytest.mark.parametrize(("plan", "expected"), CASES)
def test_what_every_design_keeps(plan: str, expected: str) -> None:
    _, _, found = designed(plan)
    for decision in found.decisions:
        assert decision.alternatives, f"{decision.object} {decision.topic} has no alternative"
        assert decision.reason.endswith("."), decision.reason
        assert decision.choice not in {other.choice for other in decision.alternatives}, decision
    assert list(found.decisions) == sorted(
        found.decisions, key=lambda made: (made.object, made.topic, made.pin, made.choice)
    )
    for collection in found.model.collections:
        for index in collection.indexes:
            assert index.serves, index.name


@pytest.mark.parametrize(("plan", "expected"), CASES)
def test_case_in_another_order(plan: str, expected: str) -> None:
    from dataclasses import replace

    resolved, _, found = designed(plan)
    turned = replace(
        resolved.plan,
        entities=resolved.plan.entities[::-1],
        relationships=resolved.plan.relationships[::-1],
        access=resolved.plan.access[::-1],
        pins=resolved.plan.pins[::-1],
    )
    again = resolve(turned)
    assert repr(design_mongo(again, derive_relations(again))) == repr(found)


def test_every_pass_is_registered() -> None:
    files = {file.stem for file in Path(passes.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == {found.__name__ for found in PASSES}


def test_every_pass_and_rule_has_cases() -> None:
    wanted = {found.__name__ for found in PASSES} | {f"{rule.code.lower()}_{rule.name}" for rule in DESIGN_RULES}
    assert {file.stem for file in FOLDER.glob("*.md")} >= wanted


def test_every_rule_is_registered() -> None:
    files = {file.stem for file in Path(registry_file).parent.glob("md*.py")}
    assert files == {f"{rule.code.lower()}_{rule.name}" for rule in DESIGN_RULES}


def test_rules_have_manual_pages() -> None:
    from groundplan.base.rule import PAGE_HEADINGS

    for rule in DESIGN_RULES:
        assert tuple(rule.sections) == PAGE_HEADINGS, rule.code
