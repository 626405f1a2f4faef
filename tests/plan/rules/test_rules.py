"""Every rule about plans: its cases, its page, its place in the registry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundplan.base.diagnostics import Diagnostic, Severity, in_reading_order
from groundplan.base.rule import PAGE_HEADINGS
from groundplan.logical.derive import derive_relations
from groundplan.plan import rules
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.plan.rules import RULES, check_plan
from groundplan.plan.rules.examined import ExaminedPlan
from groundplan.plan.rules.pl120_relation_name_twice import relation_names
from groundplan.plan.scope import Scope

CASES_FOLDER = Path(__file__).parent / "cases"
CASE = re.compile(r"## (?P<title>[^\n]+)\n\n```yaml\n(?P<plan>.*?)```\n\n```text\n(?P<expected>.*?)```\n", re.DOTALL)


@dataclass(frozen=True)
class Case:
    stem: str
    title: str
    plan: str
    expected: str


def cases() -> list[Case]:
    found = []
    for path in sorted(CASES_FOLDER.glob("*.md")):
        content = path.read_text(encoding="utf-8")
        matches = list(CASE.finditer(content))
        if len(matches) != content.count("\n## "):
            raise ValueError(f"{path.name} has a case that is not of the form of the others")
        found += [Case(path.stem, match["title"], match["plan"], match["expected"]) for match in matches]
    return found


CASES = cases()


def shown(found: Diagnostic) -> str:
    return f"{found.origin.line}:{found.origin.column} {found.code} {found.message}\n  help: {found.help}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.stem}: {case.title}")
def test_case(case: Case) -> None:
    reading = read_plan_text(case.plan, file="plan.yaml")
    assert reading.plan is not None
    found = in_reading_order((*reading.diagnostics, *check_plan(reading.plan)))
    assert "".join(map(shown, found)) == case.expected


def test_the_registry_holds_every_file_of_the_folder_in_order() -> None:
    folder = Path(rules.__file__).parent
    assert [f"{rule.code.lower()}_{rule.name}" for rule in RULES] == sorted(path.stem for path in folder.glob("pl*.py"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_cases_that_show_it(rule: rules.registry.PlanRule) -> None:
    stem = f"{rule.code.lower()}_{rule.name}"
    assert any(case.stem == stem and f" {rule.code} " in case.expected for case in CASES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_page_has_the_fixed_headings(rule: rules.registry.PlanRule) -> None:
    assert tuple(rule.sections) == PAGE_HEADINGS
    assert all(rule.sections.values())
    assert rule.summary.endswith(".")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_messages_are_sentences_without_a_full_stop(rule: rules.registry.PlanRule) -> None:
    for case in CASES:
        for line in case.expected.splitlines():
            if f" {rule.code} " in line:
                assert not line.endswith(".")


EVERYTHING_WRONG = """
entities:
  Post: {key: [slug], attributes: {title: text(3) = 'long', slug: slug?, status: "enum(a, b)"}}
  Posts: {unique: [[titel]], attributes: {title: text}}
relationships:
  Post.author > Usr: {on_delete: set null}
access:
  one: {read: Post, where: "status = c and (title = 'x'"}
  two: {read: Post, where: "status = c and titel = 'x'", order: 1}
  three: {read: Psts}
transactions:
  all: {steps: [one, four]}
"""


def test_all_findings_of_a_run_come_at_once() -> None:
    reading = read_plan_text(EVERYTHING_WRONG, file="plan.yaml")
    assert reading.plan is not None
    assert [(found.origin.line, found.code) for found in check_plan(reading.plan)] == [
        (3, "PL132"), (3, "PL107"), (4, "PL120"), (4, "PL131"), (6, "PL152"), (6, "PL130"), (8, "PL100"),
        (9, "PL105"), (9, "PL104"), (10, "PL130"), (12, "PL180"),
    ]  # fmt: skip


def test_relations_are_named_as_the_logical_stage_names_them() -> None:
    text = """
entities:
  OrderLine: {attributes: {qty: int}}
  Person: {attributes: {name: text}}
  "Lieu d'été": {attributes: {name: text}}
  AVeryLongNameForAnEntityThatNobodyShouldEverHaveToTypeMoreThanOnceFirst: {attributes: {qty: int}}
relationships:
  Person.likedLines <> OrderLine: {}
conventions: {names: snake_case NUMBER}
"""
    for number in ("plural", "singular"):
        reading = read_plan_text(text.replace("NUMBER", number), file="plan.yaml")
        assert reading.plan is not None
        resolved = resolve(reading.plan)
        examined = ExaminedPlan(scope=Scope(reading.plan), resolved=resolved, defects=())
        named = sorted(name for _, name, _ in relation_names(examined))
        assert named == sorted(relation.name for relation in derive_relations(resolved).relations)


def test_severities_are_part_of_a_finding() -> None:
    by_code = {rule.code: rule.severity for rule in RULES}
    for case in CASES:
        reading = read_plan_text(case.plan, file="plan.yaml")
        if reading.plan is not None:
            assert all(found.severity is by_code[found.code] for found in check_plan(reading.plan))
    assert Severity.ERROR in by_code.values()
    assert Severity.WARNING in by_code.values()
