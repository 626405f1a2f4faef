"""The pictures of documents: every field once and in its place, what is inside framed, what is copied tinted."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from groundplan.logical.derive import derive_relations
from groundplan.logical.facts import Facts
from groundplan.logical.model import LogicalModel
from groundplan.mongo.design.documents import collections_of
from groundplan.mongo.design.layout import Layout, Subset
from groundplan.mongo.model import AuditTrail, CopiedFields, Counters, Document, DocumentModel, EmbeddedDocuments
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.report.document_diagram import Keeping, flat_diagram, nested_diagram
from groundplan.report.document_svg import documents_svg
from groundplan.report.mermaid import diagram_mermaid

from .test_mermaid import read
from .test_svg import frame, of_class

PLAN = """
plan: forum
targets: {mongo: 6}
entities:
  User: {attributes: {name: text(20) unique, "it's <odd> & */": text(5)?}}
  Profile: {attributes: {about: text}}
  Post: {attributes: {title: text(40)}}
  Comment: {attributes: {said: text(50)}}
  Vote: {key: [comment, user]}
  Tag: {attributes: {word: text(10) unique}}
relationships:
  Profile.user - User: {inverse: profile}
  Post.author > User: {inverse: posts}
  Comment.post > Post: {inverse: comments, inverse_fanout: {max: 30}}
  Comment.author > User?: {inverse: comments}
  Comment.parent > Comment?: {inverse: replies, same: post}
  Vote.comment > Comment: {inverse: votes, inverse_fanout: {max: 9}}
  Vote.user > User: {inverse: votes}
  Post.tags <> Tag: {inverse: posts}
access: {}
"""
NESTED = Layout(
    embedded={"profiles": "user", "comments": "post", "votes": "comment", "post_tags": "post"},
    copies={("posts", "author"): ("name",), ("comments", "author"): ("name",)},
    subsets={("posts", "author"): Subset(order="created_at", limit=3)},
    counts=frozenset({("votes", "user")}),
)

Design = tuple[DocumentModel, LogicalModel]


@cache
def designed(*, is_nested: bool) -> Design:
    reading = read_plan_text(PLAN, file="forum.plan.yaml")
    assert reading.plan is not None, reading.diagnostics
    resolved = resolve(reading.plan)
    logical = derive_relations(resolved)
    layout = NESTED if is_nested else Layout()
    return DocumentModel(version=6, collections=collections_of(layout, Facts(resolved, logical))), logical


@pytest.fixture(params=[True, False], ids=["nested", "flat"])
def design(request: pytest.FixtureRequest) -> Design:
    return designed(is_nested=request.param)


def drawn(design: Design) -> ElementTree.Element:
    picture = documents_svg(*design)
    assert picture is not None
    return ElementTree.fromstring(picture)


def paths(document: Document, *, before: str = "") -> list[str]:
    found: list[str] = []
    for field in document.fields:
        found.append(f"{before}{field.name}")
        if isinstance(field, EmbeddedDocuments):
            found += paths(field.document, before=f"{before}{field.name}.")
        if isinstance(field, CopiedFields):
            found += [f"{before}{field.name}.{copied.name}" for copied in field.fields]
    return found


def test_every_field_stands_once_in_its_collection_in_order(design) -> None:
    model, _ = design
    tables = of_class(drawn(design), "table")
    assert [table.get("data-table") for table in tables] == [collection.name for collection in model.collections]
    for table, collection in zip(tables, model.collections, strict=True):
        rows = [row.get("data-column") for row in of_class(table, "column")]
        wanted = paths(collection.document)
        assert rows == (wanted if "_id" in wanted else ["_id", *wanted])
        heights = [float(of_class(row, "label")[0].get("y", "")) for row in of_class(table, "column")]
        assert all(above < below for above, below in pairwise(heights))


def test_frames_lie_in_their_box_and_inside_each_other_and_hold_their_rows(design) -> None:
    model, logical = design
    shown = nested_diagram(model, logical)
    for table in of_class(drawn(design), "table"):
        box = frame(of_class(table, "box")[0])
        rects = [frame(node) for node in of_class(table, "frame")]
        assert len(rects) == len(shown.frames[table.get("data-table", "")])
        for inner in rects:
            assert box[0] < inner[0] < inner[2] < box[2]
            assert box[1] < inner[1] < inner[3] < box[3]
            for outer in rects:
                apart = inner[3] <= outer[1] or outer[3] <= inner[1]
                inside = outer[0] < inner[0] and inner[2] < outer[2] and outer[1] <= inner[1] and inner[3] <= outer[3]
                around = inner[0] < outer[0] and outer[2] < inner[2] and inner[1] <= outer[1] and outer[3] <= inner[3]
                assert inner is outer or apart or inside or around
        rows = of_class(table, "column")
        for found, rect in zip(shown.frames[table.get("data-table", "")], rects, strict=True):
            for row in rows[found.first : found.last + 1]:
                for word in row:
                    assert rect[1] < float(word.get("y", "")) - 3
                    assert float(word.get("y", "")) < rect[3]
                    assert rect[0] < float(word.get("x", "")) < rect[2]


def test_what_is_kept_twice_is_tinted() -> None:
    model, logical = designed(is_nested=True)
    shown = nested_diagram(model, logical)
    boxes = {box.name: box for box in shown.diagram.boxes}
    tinted = {
        (name, boxes[name].rows[found.first].name): found.keeping
        for name, frames in shown.frames.items()
        for found in frames
    }
    assert (
        tinted
        == {
            ("users", "profile"): Keeping.WHOLE,
            ("users", "newest_posts"): Keeping.COPY,
            ("users", "votes_count"): Keeping.COUNT,
            ("posts", "author"): Keeping.COPY,
            ("posts", "comments"): Keeping.WHOLE,
            ("posts", "comments.author"): Keeping.COPY,
            ("posts", "comments.votes"): Keeping.WHOLE,
            ("posts", "tags"): Keeping.WHOLE,
        }
        or ("users", "newest_posts.author") not in tinted
    )
    legend = "".join(node.text or "" for node in drawn((model, logical)).iter() if node.text)
    assert "inside the document" in legend
    assert "a copy or a count" in legend
    plain = documents_svg(*designed(is_nested=False))
    assert plain is not None
    assert "legend" not in plain


def test_every_reference_that_is_stored_is_a_line() -> None:
    model, logical = designed(is_nested=True)
    shown = nested_diagram(model, logical).diagram
    assert {(line.source, line.columns, line.target, line.target_columns) for line in shown.lines} == {
        ("posts", ("author_id",), "users", ("_id",)),
        ("posts", ("comments.author_id",), "users", ("_id",)),
        ("posts", ("comments.parent_id",), "posts", ("comments.id",)),
        ("posts", ("comments.votes.user_id",), "users", ("_id",)),
        ("posts", ("tags.tag_id",), "tags", ("_id",)),
    }
    assert len(of_class(drawn((model, logical)), "line")) == len(shown.lines)
    flat, logical = designed(is_nested=False)
    references = sum(len(relation.references) for relation in logical.relations)
    assert len(nested_diagram(flat, logical).diagram.lines) == references


def test_mermaid_holds_every_document_field_and_reference(design) -> None:
    model, logical = design
    matches = read(diagram_mermaid(flat_diagram(model, logical)))
    fields = sum(len(box.rows) for box in nested_diagram(model, logical).diagram.boxes)
    assert sum(match["column"] is not None for match in matches) == fields
    documents = sum(1 + sum(_documents(each.document)) for each in model.collections)
    assert sum(match["entity"] is not None for match in matches) == documents


def _documents(document: Document) -> list[int]:
    found: list[int] = []
    for field in document.fields:
        if isinstance(field, EmbeddedDocuments | CopiedFields):
            found.append(1)
        if isinstance(field, EmbeddedDocuments):
            found += _documents(field.document)
    return found


def test_mermaid_says_what_is_inside_and_what_is_copied() -> None:
    lines = diagram_mermaid(flat_diagram(*designed(is_nested=True))).splitlines()
    assert '        array comments "array, at most 30"' in lines
    assert '        object author "copy of users"' in lines
    assert '        int votes_count "count of votes"' in lines
    assert any(line.startswith("    posts ||--o{ ") and line.endswith(' : "comments: inside"') for line in lines)
    assert any(
        line.startswith("    users ||..o{ ") and line.endswith(' : "newest_posts: a copy, inside"') for line in lines
    )
    assert any(line.startswith("    tags ||..o{ ") and line.endswith(' : "tag_id"') for line in lines)


def test_collections_of_the_design_s_own_are_told_apart() -> None:
    model, logical = designed(is_nested=True)
    own = (AuditTrail(name="votes_audit", relation="votes"), Counters(name="counters", keys=("posts.id",)))
    whole = replace(model, own=own)
    tables = of_class(drawn((whole, logical)), "own")
    assert [table.get("data-table") for table in tables] == ["votes_audit", "counters"]
    assert [row.get("data-column") for row in of_class(tables[1], "column")] == ["_id", "last"]
    assert nested_diagram(whole, logical).diagram.lines[-1].target == "posts"
    lines = diagram_mermaid(flat_diagram(whole, logical)).splitlines()
    assert '    posts ||..o{ votes_audit : "audit trail"' in lines
    read("\n".join(lines))


def test_nothing_is_drawn_of_nothing() -> None:
    _, logical = designed(is_nested=False)
    assert documents_svg(DocumentModel(version=6, collections=()), logical) is None


def test_the_picture_is_the_same_in_another_process() -> None:
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "import importlib; m = importlib.import_module('tests.report.test_document_diagram');"
        "sys.stdout.write(m.documents_svg(*m.designed(is_nested=True)))"
    )
    root = str(Path(__file__).parents[2])
    made = [
        subprocess.run(
            [sys.executable, "-c", script, root],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    ]
    assert made[0] == made[1] == documents_svg(*designed(is_nested=True))
