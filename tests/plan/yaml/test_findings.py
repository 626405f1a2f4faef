"""Every finding of the YAML layer, from Markdown cases: a text, and what must be reported about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from groundplan.plan.yaml import events
from groundplan.plan.yaml.findings import YAML_RULES
from groundplan.plan.yaml.reader import read_document

FOLDER = Path(__file__).parent / "findings"
CASE = re.compile(
    r"## (?P<title>[^\n]+)\n\n```yaml(?P<escaped> escaped)?\n(?P<text>.*?)```\n\n```text\n(?P<expected>.*?)```\n",
    re.DOTALL,
)


@dataclass(frozen=True)
class Case:
    code: str
    title: str
    text: str
    expected: str


def cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.md")):
        content = path.read_text(encoding="utf-8")
        matches = list(CASE.finditer(content))
        if len(matches) != content.count("\n## "):
            raise ValueError(f"{path.name} has a case that is not of the form of the others")
        for match in matches:
            text = match["text"]
            if match["escaped"]:
                text = text.encode("latin-1", "backslashreplace").decode("unicode_escape")
            found.append(Case(path.name[:5].upper(), match["title"], text, match["expected"]))
    return found


CASES = cases()
REFUSED_BY_PYYAML = {"Tabs between a key and its value and inside brackets pass"}
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}: {case.title}")


@each_case
def test_finding(case: Case) -> None:
    found = read_document(case.text, file="plan.yaml").diagnostics
    shown = "".join(f"{d.origin.line}:{d.origin.column} {d.code} {d.message}\n  help: {d.help}\n" for d in found)
    assert shown == case.expected


@each_case
def test_the_parser_of_pyyaml_finds_the_same(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without libyaml the codes are equal; places and words differ where that parser gives up elsewhere."""
    if case.title in REFUSED_BY_PYYAML:
        pytest.skip("PyYAML's own parser does not know this part of YAML 1.2")
    monkeypatch.setattr(events, "EVENT_LOADER", yaml.Loader)
    found = read_document(case.text, file="plan.yaml").diagnostics
    assert [d.code for d in found] == re.findall(r"^\d+:\d+ (PL\d+)", case.expected, re.MULTILINE)


def test_every_rule_has_a_file_of_cases_that_show_and_spare() -> None:
    assert [path.stem for path in sorted(FOLDER.glob("*.md"))] == [
        f"{rule.code.lower()}_{rule.name.replace('-', '_')}" for rule in YAML_RULES
    ]
    for rule in YAML_RULES:
        assert any(case.code == rule.code and rule.code in case.expected for case in CASES), rule.code


def test_codes_are_those_of_the_yaml_layer_and_distinct() -> None:
    assert all(re.fullmatch(r"PL0(0[1-9]|1[0-9])", rule.code) for rule in YAML_RULES)
    assert len({rule.code for rule in YAML_RULES}) == len({rule.name for rule in YAML_RULES}) == len(YAML_RULES)


def test_a_document_that_is_wrong_throughout_gives_a_bounded_number_of_findings() -> None:
    assert len(read_document("a: 1\n" * 5000, file="plan.yaml").diagnostics) == 1000
