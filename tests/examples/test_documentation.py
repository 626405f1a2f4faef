"""What the documentation shows is true: its plans are designed, and what it names is there."""

import re
import runpy
from pathlib import Path

import pytest

from groundplan.service.design import design_plan

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/tutorial.md")
PLANS = [
    pytest.param(plan, id=f"{page} plan {number}")
    for page in PAGES
    for number, plan in enumerate(re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(), re.DOTALL), start=1)
]


@pytest.mark.parametrize("plan", PLANS)
def test_every_plan_on_a_page_is_designed(plan: str, tmp_path: Path) -> None:
    file = tmp_path / "page.plan.yaml"
    file.write_text(plan)
    assert design_plan(file).statements


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "docs/errata.md", "docs/dependencies.md"])
def test_links_lead_somewhere(page: str) -> None:
    file = ROOT / page
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", file.read_text()):
        assert (file.parent / target).exists(), target


def test_known_mistakes_name_tests_that_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", (ROOT / "docs/errata.md").read_text()))
    files = sorted((ROOT / "tests/examples").glob("test_known_*.py"))
    defined = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text())}
    assert named == defined


def test_the_contributors_guide_names_every_package() -> None:
    packages = {path.parent.name for path in (ROOT / "src/groundplan").glob("*/__init__.py")}
    assert packages == set(re.findall(r"^\| `(\w+)` \|", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE))


def test_every_dependency_has_its_reason() -> None:
    named = set(re.findall(r"^\s+\"([\w-]+)[\[>]", (ROOT / "pyproject.toml").read_text(), re.MULTILINE))
    page = (ROOT / "docs/dependencies.md").read_text().lower()
    assert not [name for name in named - {"groundplan"} if name.lower() not in page]


def test_generated_files_are_fresh() -> None:
    tool = runpy.run_path(str(ROOT / "tools" / "generate.py"))
    for name, text in tool["generated"]().items():
        assert (ROOT / name).read_text() == text, f"{name} is stale: make generate"
