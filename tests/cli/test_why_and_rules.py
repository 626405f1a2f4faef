"""`groundplan why` and `groundplan rules`."""

import json
from pathlib import Path

import pytest

from .conftest import Run


@pytest.mark.parametrize("name", ["notes.owner_id", "owner_id", "Note.owner", "my_notes", "notes"])
def test_why_tells_the_decisions_behind_an_object(run: Run, small_plan: Path, name: str) -> None:
    done = run("why", name, small_plan)
    assert done.returncode == 0, done.stderr
    assert "because" in done.stdout


def test_why_finds_the_plan_of_the_folder_and_reads_designs(run: Run, small_plan: Path) -> None:
    assert run("design", small_plan, "--out", "out", "--no-prove").returncode == 0
    from_plan, from_design = run("why", "owner_id"), run("why", "owner_id", "out")
    assert from_plan.returncode == from_design.returncode == 0
    assert from_plan.stdout == from_design.stdout


def test_why_names_what_is_near(run: Run, small_plan: Path) -> None:
    done = run("why", "notes.ovner_id", small_plan)
    assert done.returncode == 2
    assert 'did you mean "notes.owner_id"' in done.stderr


def test_rules_are_listed_and_shown(run: Run) -> None:
    listed = json.loads(run("rules", "--format", "json").stdout)["rules"]
    assert len(listed) > 30
    for rule in (listed[0], listed[-1]):
        shown = run("rules", rule["code"].lower())
        assert shown.returncode == 0
        assert rule["page"].strip() in shown.stdout


def test_an_unknown_rule_names_what_is_near(run: Run) -> None:
    done = run("rules", "PL9999")
    assert done.returncode == 2
    assert "help:" in done.stderr
