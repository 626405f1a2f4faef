"""Every rule about plans: its cases, its page, its place in the registry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundplan.base.diagnostics import Diagnostic, Severity, in_reading_order
from groundplan.base.rule import PAGE_HEADINGS
from groundplan.plan import rules
from groundplan.plan.reader import read_plan_text
from groundplan.plan.rules import RULES, check_plan

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


def test_no_finding_of_a_rule_stops_the_others() -> None:
    """All findings of one run come at once: joined, the plans of all cases give what each gives alone."""
    texts = [case.plan for case in CASES if "workload" not in case.plan and "conventions" not in case.plan]
    plans = [read_plan_text(text, file=f"{number}.yaml").plan for number, text in enumerate(texts)]
    assert sum(len(check_plan(plan)) for plan in plans if plan is not None) > len(plans)


def test_severities_are_part_of_a_finding() -> None:
    by_code = {rule.code: rule.severity for rule in RULES}
    for case in CASES:
        reading = read_plan_text(case.plan, file="plan.yaml")
        if reading.plan is not None:
            assert all(found.severity is by_code[found.code] for found in check_plan(reading.plan))
    assert Severity.ERROR in by_code.values()
    assert Severity.WARNING in by_code.values()
