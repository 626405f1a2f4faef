"""report.html, as a browser's parser reads it: its parts, its evidence, and nothing that leaves it."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from groundplan.prove.evidence import PatternEvidence, Verdict
from groundplan.report.characters import printable
from groundplan.report.evidence_json import evidence_shape
from groundplan.report.model import DesignResult
from groundplan.report.page import report_html

VOID = {"meta", "input", "img", "br", "hr", "link"}
FIRST, LAST = ["diagram", "criteria"], ["constraints", "behaviours", "decisions", "assumptions", "schema"]
PARTS = {
    ("postgres",): [*FIRST, "patterns", "tables", *LAST],
    ("mongo",): [*FIRST, "patterns", "collections", *LAST],
    ("postgres", "mongo"): [*FIRST, "choice", "patterns", "tables", "collections", *LAST],
}
DESIGNS = ["blog", "proven", "hostile", "large", "both", "documents", "hostile_both"]


class Page(HTMLParser):
    """Elements with their attributes, and the words of elements by id and by tag."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._pieces: dict[str, list[str]] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert [name for name, _ in self._open] == []
        self.words = {name: "".join(pieces) for name, pieces in self._pieces.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        if tag not in VOID:
            self._open.append((tag, found.get("id", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1][0] == tag
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for tag, name in self._open:
            if name or tag == "h1":
                self._pieces.setdefault(f"#{name}" if name else tag, []).append(data)

    def ids(self) -> list[str]:
        return [found["id"] for _, found in self.elements if "id" in found]

    def of_class(self, word: str) -> list[dict[str, str]]:
        return [found for _, found in self.elements if word in found.get("class", "").split()]


def without_evidence(text: str) -> str:
    stripped, times = re.subn(r'(<script id="evidence"[^>]*>)[^<]*(</script>)', r"\1\2", text)
    assert times == 1
    return stripped


@pytest.mark.parametrize("design", DESIGNS)
def test_it_is_well_formed_and_stands_alone(design: str, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(design)
    page = Page(report_html(result))
    sections = [found["id"] for tag, found in page.elements if tag == "section"]
    assert sections == PARTS[result.engines]
    assert len(page.ids()) == len(set(page.ids()))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"img", "link", "iframe", "object", "embed", "form", "base", "audio", "video"}
    assert sum(tag == "script" for tag, _ in page.elements) == 2
    attributes = {name for _, found in page.elements for name in found}
    assert not {name for name in attributes if name.startswith("on")} | attributes & {"src", "action", "style"}
    assert all(found["href"].startswith("#") for _, found in page.elements if "href" in found)


def test_its_policy_lets_nothing_in_or_out(blog: DesignResult) -> None:
    metas = [found for tag, found in Page(report_html(blog)).elements if tag == "meta"]
    policy = next(found["content"] for found in metas if found.get("http-equiv") == "Content-Security-Policy")
    assert policy.split("; ")[0] == "default-src 'none'"
    assert "connect-src" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("design", ["blog", "hostile", "both", "documents", "hostile_both"])
def test_every_link_leads_to_a_part_of_it(design: str, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(design)
    page = Page(report_html(result))
    links = {found["href"][1:] for tag, found in page.elements if tag == "a"}
    assert set(PARTS[result.engines]) <= links <= set(page.ids())


@pytest.mark.parametrize("design", ["proven", "both", "documents", "hostile_both"])
def test_it_differs_by_its_evidence_alone(design: str, request: pytest.FixtureRequest) -> None:
    seen = report_html(request.getfixturevalue(design))
    unseen = report_html(replace(request.getfixturevalue(design), evidence=None))
    assert without_evidence(unseen) == without_evidence(seen)
    assert unseen != seen


@pytest.mark.parametrize("design", ["proven", "hostile", "both", "documents", "hostile_both"])
def test_its_evidence_is_that_of_evidence_json(design: str, request: pytest.FixtureRequest) -> None:
    result = request.getfixturevalue(design)
    page = Page(report_html(result))
    said = json.loads(page.words["#evidence"])
    names = [found["data-pattern"] for found in page.of_class("pattern")]
    assert names == [printable(pattern.name) for pattern in result.resolved.patterns]
    assert [pattern["name"] for pattern in said["patterns"]] == names * len(result.engines)
    if not design.startswith("hostile"):
        assert said == evidence_shape(result)


def test_names_cannot_leave_the_evidence(hostile: DesignResult) -> None:
    inside = re.search(r'<script id="evidence" type="application/json">(.*?)</script>', report_html(hostile), re.DOTALL)
    assert inside is not None
    assert not set(inside[1]) & {"<", ">", "&"}
    assert inside[1].isascii()


@pytest.mark.parametrize(("design", "spelled"), [("blog", "hostile"), ("both", "hostile_both")])
def test_hostile_names_change_no_element(design: str, spelled: str, request: pytest.FixtureRequest) -> None:
    """Sentences may set more or fewer of their words as code; everything else is the same."""
    hostile = request.getfixturevalue(spelled)
    known = replace(request.getfixturevalue(design), evidence=hostile.evidence)
    plain, strange = Page(report_html(known)), Page(report_html(hostile))
    kept = ("class", "role", "type", "data-zoom")
    shape = [
        [(tag, [found.get(name) for name in kept]) for tag, found in page.elements if tag not in ("b", "code")]
        for page in (plain, strange)
    ]
    assert shape[0] == shape[1]
    assert printable(hostile.plan.name) in strange.words["h1"]


def test_it_shows_every_table_column_pattern_and_decision(blog: DesignResult) -> None:
    page = Page(report_html(blog))
    assert [found["data-table"] for found in page.of_class("table")] == [table.name for table in blog.schema.tables]
    entries = [found["id"] for found in page.of_class("entry")]
    assert entries == [f"table-{table.name}" for table in blog.schema.tables]
    for decision in blog.decisions:
        assert decision.pin in page.words["#decisions"]
        assert all(other.why_not in page.words["#decisions"] for other in decision.alternatives)
    for pattern in blog.resolved.patterns[:-1]:
        assert f"-- {pattern.name}\nSELECT 1 WHERE 1 < 2;" in page.words["#patterns"]
    assert "The plan gives no SQL for PostgreSQL." in page.words["#patterns"]
    assert "BEGIN;\nCOMMIT;" in page.words["#patterns"]
    assert "CREATE TABLE users" in page.words["#schema"]
    assert all(assumption.if_wrong in page.words["#assumptions"] for assumption in blog.assumptions)
    assert blog.notes[0].message in page.words["#assumptions"]


def test_it_shows_every_collection_and_both_queries(both: DesignResult) -> None:
    page = Page(report_html(both))
    entries = [found["id"] for found in page.of_class("entry") if found["id"].startswith("collection-")]
    assert entries == [f"collection-{each.name}" for each in both.documents.collections]
    for pattern in both.resolved.patterns[:-1]:
        assert f"-- {pattern.name}\nSELECT 1" in page.words["#patterns"]
        assert f"// {pattern.name}\ndb.posts.find({{ n: {{ $lt: 2 }} }});" in page.words["#patterns"]
    assert "The plan gives no command for MongoDB." in page.words["#patterns"]
    assert "db.createCollection(users);" in page.words["#schema"]
    assert "CREATE TABLE users" in page.words["#schema"]
    assert [found["data-of"] for found in page.of_class("explorer")] == ["tables", "collections"]


def test_nothing_of_tables_is_said_of_documents_alone(documents: DesignResult) -> None:
    page = Page(report_html(documents))
    assert [found["data-of"] for found in page.of_class("explorer")] == ["collections"]
    assert "SQL" not in page.words["#patterns"]
    assert "postgres/" not in page.words["#schema"]
    assert "MongoDB has no foreign keys" in page.words["#collections"]


def test_a_plan_that_gives_every_number_has_no_assumptions(blog: DesignResult) -> None:
    sure = replace(blog, logical=replace(blog.logical, assumptions=()))
    assert "None: the plan gives every number." in Page(report_html(sure)).words["#assumptions"]


def test_huge_numbers_and_long_reasons_are_carried(proven: DesignResult) -> None:
    assert proven.evidence is not None
    first: PatternEvidence = proven.evidence.patterns[0]
    slow = replace(
        first, p50_ms=9e9, p95_ms=1e12, rows_examined=10**15, reason="x" * 5000, shape_verdict=Verdict.MISSED
    )
    result = replace(proven, evidence=replace(proven.evidence, patterns=(slow, *proven.evidence.patterns[1:])))
    said = json.loads(Page(report_html(result)).words["#evidence"])["patterns"][0]
    assert (said["p95_ms"], said["rows_examined"], len(said["reason"])) == (1e12, 10**15, 5000)
