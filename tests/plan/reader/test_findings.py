"""Every finding of the grammar, from Markdown cases: one file or several, and what must be reported about them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.grammar.findings import GRAMMAR_RULES
from groundplan.plan.reader import read_plan, read_plan_text

FOLDER = Path(__file__).parent / "findings"
FILE = re.compile(r"```yaml(?: (?P<name>\S+))?\n(?P<text>.*?)```\n\n", re.DOTALL)
CASE = re.compile(
    r"## (?P<title>[^\n]+)\n\n(?P<files>(?:```yaml[^\n]*\n.*?```\n\n)+)```text\n(?P<expected>.*?)```\n", re.DOTALL
)


@dataclass(frozen=True)
class Case:
    code: str
    title: str
    files: dict[str, str]
    expected: str


def cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.md")):
        content = path.read_text(encoding="utf-8")
        matches = list(CASE.finditer(content))
        if len(matches) != content.count("\n## "):
            raise ValueError(f"{path.name} has a case that is not of the form of the others")
        for match in matches:
            files = {file["name"] or "plan.yaml": file["text"] for file in FILE.finditer(match["files"])}
            found.append(Case(path.name[:5].upper(), match["title"], files, match["expected"]))
    return found


CASES = cases()


def shown(found: Diagnostic) -> str:
    place = f"{found.origin.line}:{found.origin.column}"
    file = "" if found.origin.file == "plan.yaml" else f"{found.origin.file}:"
    return f"{file}{place} {found.code} {found.message}\n  help: {found.help}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}: {case.title}")
def test_finding(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if len(case.files) == 1 and "include" not in case.files["plan.yaml"]:
        reading = read_plan_text(case.files["plan.yaml"], file="plan.yaml")
    else:
        for name, text in case.files.items():
            (tmp_path / "plans" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "plans" / name).write_text(text, encoding="utf-8")
        monkeypatch.chdir(tmp_path / "plans")
        reading = read_plan(Path("plan.yaml"))
    assert "".join(map(shown, reading.diagnostics)) == case.expected


def test_every_rule_has_a_file_of_cases_that_show_it() -> None:
    assert [path.stem for path in sorted(FOLDER.glob("*.md"))] == [
        f"{rule.code.lower()}_{rule.name.replace('-', '_')}" for rule in GRAMMAR_RULES
    ]
    for rule in GRAMMAR_RULES:
        assert any(case.code == rule.code and rule.code in case.expected for case in CASES), rule.code


def test_codes_are_those_of_the_grammar_and_distinct() -> None:
    assert all(re.fullmatch(r"PL0[2-9][0-9]", rule.code) for rule in GRAMMAR_RULES)
    assert (
        len({rule.code for rule in GRAMMAR_RULES}) == len({rule.name for rule in GRAMMAR_RULES}) == len(GRAMMAR_RULES)
    )


def test_a_plan_that_is_wrong_throughout_gives_a_bounded_number_of_findings() -> None:
    text = "entities:\n" + "".join(f"  E{number}: 5\n" for number in range(5000))
    assert len(read_plan_text(text, file="plan.yaml").diagnostics) == 1000
