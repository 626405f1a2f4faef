"""er.svg: every table and column once, nothing on top of anything, the same bytes each time."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.postgres.model import Column, PrimaryKey, Schema, Table
from groundplan.report import layout
from groundplan.report.characters import printable
from groundplan.report.diagram import diagram
from groundplan.report.model import DesignResult
from groundplan.report.svg import er_svg

from .blog import blog_design

SVG = "{http://www.w3.org/2000/svg}"


def drawn(schema: Schema) -> ElementTree.Element:
    picture = er_svg(schema)
    assert picture is not None
    return ElementTree.fromstring(picture)


def of_class(root: ElementTree.Element, word: str) -> list[ElementTree.Element]:
    return [node for node in root.iter() if word in node.get("class", "").split()]


def frame(node: ElementTree.Element) -> tuple[float, float, float, float]:
    x, y, width, height = (float(node.get(side, "")) for side in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


@pytest.mark.parametrize("design", ["blog", "hostile", "large"])
def test_every_table_and_column_stands_in_its_own_box(design: str, request: pytest.FixtureRequest) -> None:
    schema = request.getfixturevalue(design).schema
    root = drawn(schema)
    tables = of_class(root, "table")
    assert [node.get("data-table") for node in tables] == [printable(table.name) for table in schema.tables]
    for node, table in zip(tables, schema.tables, strict=True):
        left, top, right, bottom = frame(of_class(node, "box")[0])
        columns = of_class(node, "column")
        assert [column.get("data-column") for column in columns] == [printable(each.name) for each in table.columns]
        places = list(node.iter(f"{SVG}text"))
        assert all(left < float(label.get("x", "")) < right for label in places)
        assert all(top < float(label.get("y", "")) < bottom for label in places)
        rows = [float(of_class(column, "label")[0].get("y", "")) for column in columns]
        assert all(below - above == pytest.approx(layout.ROW_HEIGHT) for above, below in pairwise(rows))


@pytest.mark.parametrize("design", ["blog", "hostile", "large"])
def test_no_box_lies_on_another_or_outside_the_picture(design: str, request: pytest.FixtureRequest) -> None:
    root = drawn(request.getfixturevalue(design).schema)
    boxes = [frame(node) for node in of_class(root, "box")]
    left, top, width, height = (float(side) for side in root.get("viewBox", "").split())
    for at, (x, y, right, bottom) in enumerate(boxes):
        assert left <= x
        assert top <= y
        assert right <= left + width
        assert bottom <= top + height
        for x2, y2, right2, bottom2 in boxes[at + 1 :]:
            assert right <= x2 or right2 <= x or bottom <= y2 or bottom2 <= y


def test_words_fit_their_boxes(large: DesignResult) -> None:
    for node in of_class(drawn(large.schema), "table"):
        right = frame(of_class(node, "box")[0])[2]
        for kind in of_class(node, "type"):
            assert float(kind.get("x", "")) + layout.text_width(kind.text or "") <= right


def test_every_reference_is_a_line_that_starts_and_ends_at_its_columns(blog: DesignResult) -> None:
    schema = blog.schema
    placed = layout.lay_out(diagram(schema))
    assert placed is not None
    boxes = {each.box.name: each for each in placed.boxes}

    def row_of(table: str, columns: tuple[str, ...]) -> float:
        box = boxes[table]
        rows = [row.name for row in box.box.rows]
        return box.y + layout.ROW_HEIGHT * (rows.index(columns[-1]) + 1.5 if columns else 0.5)

    for line, curve in zip(diagram(schema).lines, placed.curves, strict=True):
        (first_x, first_y), (last_x, last_y) = curve.points[0], curve.points[-1]
        assert first_y == pytest.approx(row_of(line.target, line.target_columns), abs=layout.ROW_HEIGHT / 2)
        assert last_y == pytest.approx(row_of(line.source, line.columns), abs=layout.ROW_HEIGHT / 2)
        for x, table in ((first_x, line.target), (last_x, line.source)):
            sides = boxes[table].x, boxes[table].x + boxes[table].width
            assert min(abs(x - side) for side in sides) < 2


def test_ends_show_how_many_and_whether_there_need_be_one(blog: DesignResult) -> None:
    lines = {node.findtext(f"{SVG}title", "").partition(":")[0]: node for node in of_class(drawn(blog.schema), "line")}
    rings = {name: len(of_class(node, "ring")) for name, node in lines.items()}
    assert rings["posts_author_id_fkey"] == 1  # any number of posts, each with an author
    assert rings["places_host_id_fkey"] == 2  # a place can be without host
    many, one = lines["posts_author_id_fkey"], lines["preferences_user_id_fkey"]
    assert len(many.findall(f"{SVG}path")[-1].get("d", "").split("L")) == 3  # a crow's foot: two strokes
    assert len(one.findall(f"{SVG}path")[-1].get("d", "").split("L")) == 2  # a bar


def test_an_audit_trail_hangs_on_its_table_by_dots(blog: DesignResult) -> None:
    dotted = [
        node for node in of_class(drawn(blog.schema), "line") if node.find(f"{SVG}path[@stroke-dasharray]") is not None
    ]
    assert [(node.get("data-source"), node.get("data-target")) for node in dotted] == [("users_audit", "users")]


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_any_name_makes_valid_xml(table: str, column: str) -> None:
    schema = Schema(
        version=18,
        tables=(
            Table(
                name=table,
                columns=(Column(name=column, type="text"),),
                primary_key=PrimaryKey(name="k", columns=(column,)),
            ),
        ),
    )
    root = drawn(schema)
    assert of_class(root, "name")[0].text == printable(table)
    assert of_class(root, "label")[0].text == printable(column)


def test_another_process_with_another_hash_seed_draws_the_same_bytes(blog: DesignResult) -> None:
    here = Path(__file__).parents[2]
    program = (
        "import sys; from tests.report.blog import blog_design; from groundplan.report.svg import er_svg; "
        "sys.stdout.write(er_svg(blog_design().schema))"
    )
    for seed in ("1", "2"):
        again = subprocess.run(
            [sys.executable, "-c", program],
            cwd=here,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(here)},
            capture_output=True,
            check=True,
            encoding="utf-8",
        )
        assert again.stderr == ""
        assert again.stdout == er_svg(blog.schema)


def test_there_is_no_picture_of_nothing_or_without_graphviz(
    blog: DesignResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert er_svg(Schema(version=18)) is None
    monkeypatch.setattr(layout, "is_installed", lambda: False)
    layout.lay_out.cache_clear()
    assert er_svg(blog.schema) is None
    layout.lay_out.cache_clear()


def test_a_diagram_of_many_tables_has_the_shape_of_a_screen() -> None:
    for copies in (1, 2, 5, 8):
        placed = layout.lay_out(diagram(blog_design(copies=copies).schema))
        assert placed is not None
        assert 0.8 < placed.width / placed.height < 3
