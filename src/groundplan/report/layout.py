"""Where the boxes and lines of a diagram go: Graphviz decides, in points, y growing downwards."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from groundplan.report.diagram import Box, Diagram, Line, marks
from groundplan.report.graphviz import Graphviz, is_installed
from groundplan.report.packing import WANTED_ASPECT, misshape, pack

ROW_HEIGHT = 20.0
CHARACTER_WIDTH = 6.65
"""Advance of a monospaced character at the diagram's font size of 11: 0.602 em, rounded up."""
MARK_WIDTH = 17.0
PADDING = 8.0
GAP = 14.0
INDENT = 14.0
"""By how much the rows of what is inside a row are set in, on both sides."""
LOOP_WIDTH = 48.0
SPREADS = (1, 2, 3, 4, 6, 8, 12)
"""Over how many ranks the tables that refer to one table may be spread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBox:
    """A box with its upper left corner; the columns of names and types are indented by `name_at` and `type_at`."""

    box: Box
    x: float
    y: float
    width: float
    name_at: float
    type_at: float

    @property
    def height(self) -> float:
        """The height of the title and all rows."""
        return _height(self.box)


@dataclass(frozen=True, slots=True)
class Curve:
    """A chain of cubic Bézier curves: a start, then three points for each curve."""

    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A placed diagram; `curves` are in the order of its lines, from the target to the source."""

    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    curves: tuple[Curve, ...]


@lru_cache(maxsize=8)
def lay_out(shown: Diagram) -> Layout | None:
    """Place a diagram; None where Graphviz is not installed (the extra `groundplan[diagrams]`)."""
    if not is_installed():
        return None
    graphviz = Graphviz()
    groups = tuple(_Group(part, _lay_out_connected(part, graphviz)) for part in _connected(shown))
    packing = pack([(group.layout.width, group.layout.height) for group in groups])
    boxes: dict[str, PlacedBox] = {}
    curves: dict[int, Curve] = {}
    for group, (right, down) in zip(groups, packing.corners, strict=True):
        for placed in group.layout.boxes:
            boxes[placed.box.name] = replace(placed, x=placed.x + right, y=placed.y + down)
        for at, curve in zip(group.part.lines, group.layout.curves, strict=True):
            curves[at] = Curve(tuple((x + right, y + down) for x, y in curve.points))
    return Layout(
        width=packing.width,
        height=packing.height,
        boxes=tuple(boxes[box.name] for box in shown.boxes),
        curves=tuple(curves[at] for at in range(len(shown.lines))),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Boxes that hang together; `lines` are the positions of theirs in the whole diagram."""

    shown: Diagram
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    part: _Part
    layout: Layout


def _connected(shown: Diagram) -> tuple[_Part, ...]:
    """Take a diagram apart into its connected parts, in the order of their first boxes."""
    leader = {box.name: box.name for box in shown.boxes}

    def lead(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for line in shown.lines:
        leader[lead(line.source)] = lead(line.target)
    boxes: dict[str, list[Box]] = {}
    lines: dict[str, list[int]] = {}
    for box in shown.boxes:
        boxes.setdefault(lead(box.name), []).append(box)
    for at, line in enumerate(shown.lines):
        lines.setdefault(lead(line.source), []).append(at)
    return tuple(
        _Part(
            Diagram(boxes=tuple(members), lines=tuple(shown.lines[at] for at in lines.get(name, ()))),
            tuple(lines.get(name, ())),
        )
        for name, members in boxes.items()
    )


def _lay_out_connected(part: _Part, graphviz: Graphviz) -> Layout:
    """Try how far to spread what hangs on one table, and keep what is nearest to the shape of a screen."""
    best: Layout | None = None
    for spread in SPREADS:
        tried = _placed_by(graphviz, part.shown, spread=spread)
        if best is None or misshape(tried.width, tried.height) < misshape(best.width, best.height):
            best = tried
        if tried.width >= tried.height * WANTED_ASPECT or spread >= len(part.shown.lines):
            break
    if best is None:
        raise ValueError("no spread was tried")
    return best


def _placed_by(graphviz: Graphviz, shown: Diagram, *, spread: int) -> Layout:
    answer = json.loads(graphviz.lay_out(_dot(shown, spread=spread), form="json0"))
    _, _, width, height = (float(side) for side in answer["bb"].split(","))
    nodes = {node["name"]: node for node in answer.get("objects", ())}
    edges = {edge["id"]: edge for edge in answer.get("edges", ())}
    boxes = tuple(_placed(box, nodes[f"t{at}"]["pos"], height) for at, box in enumerate(shown.boxes))
    by_name = {placed.box.name: placed for placed in boxes}
    curves = tuple(
        _loop(line, by_name[line.source]) if line.source == line.target else _curve(edges[f"l{at}"]["pos"], height)
        for at, line in enumerate(shown.lines)
    )
    return _framed(boxes, curves, width=width, height=height)


def _framed(boxes: tuple[PlacedBox, ...], curves: tuple[Curve, ...], *, width: float, height: float) -> Layout:
    """Move a layout so that nothing lies left of or above its corner: curves may leave Graphviz's own frame."""
    xs = [x for curve in curves for x, _ in curve.points]
    ys = [y for curve in curves for _, y in curve.points]
    left, upper = min([0.0, *xs]), min([0.0, *ys])
    return Layout(
        width=max([width, *xs]) - left,
        height=max([height, *ys]) - upper,
        boxes=tuple(replace(placed, x=placed.x - left, y=placed.y - upper) for placed in boxes),
        curves=tuple(Curve(tuple((x - left, y - upper) for x, y in curve.points)) for curve in curves),
    )


def _dot(shown: Diagram, *, spread: int) -> str:
    """Return the diagram in Graphviz's language: names never enter it, only positions."""
    at = {box.name: position for position, box in enumerate(shown.boxes)}
    row_at = {box.name: {row.name: position for position, row in enumerate(box.rows)} for box in shown.boxes}
    lines = [
        "digraph er {",
        "  graph [rankdir=LR, nodesep=0.45, ranksep=1.1, splines=spline];",
        "  node [shape=record, fixedsize=true, fontsize=8, margin=0];",
        "  edge [dir=none];",
    ]
    for position, box in enumerate(shown.boxes):
        fields = "|".join(("<h>", *(f"<r{row}>" for row in range(len(box.rows)))))
        lines.append(f'  t{position} [width={_width(box) / 72:.4f}, height={_height(box) / 72:.4f}, label="{fields}"];')

    def port(table: str, columns: tuple[str, ...]) -> str:
        return f"t{at[table]}:{f'r{row_at[table][columns[-1]]}' if columns else 'h'}"

    hanging: dict[str, int] = {}
    for position, line in enumerate(shown.lines):
        if line.source == line.target:
            continue
        before = hanging.get(line.target, 0)
        hanging[line.target] = before + 1
        source, target = port(line.source, line.columns), port(line.target, line.target_columns)
        lines.append(f"  {target} -> {source} [id=l{position}, minlen={1 + before % spread}];")
    lines.append("}")
    return "\n".join(lines) + "\n"


def _height(box: Box) -> float:
    return ROW_HEIGHT * (len(box.rows) + 1)


def _width(box: Box) -> float:
    types = max((text_width(row.type + "?") + INDENT * row.depth for row in box.rows), default=0.0)
    return max(_type_at(box) + types + PADDING, text_width(box.name) * 1.15 + 2 * PADDING)


def _name_at(box: Box) -> float:
    return PADDING + MARK_WIDTH * max((len(marks(row)) for row in box.rows), default=0) + PADDING / 2


def _type_at(box: Box) -> float:
    names = max((text_width(row.shown) + INDENT * row.depth for row in box.rows), default=0.0)
    return _name_at(box) + names + GAP


def text_width(text: str) -> float:
    """Estimate the width of monospaced text; wide characters of East Asia and emoji take two places."""
    return CHARACTER_WIDTH * sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def _placed(box: Box, center: str, height: float) -> PlacedBox:
    x, y = (float(part) for part in center.split(","))
    width = _width(box)
    top = height - y - _height(box) / 2
    return PlacedBox(box=box, x=x - width / 2, y=top, width=width, name_at=_name_at(box), type_at=_type_at(box))


def _loop(line: Line, placed: PlacedBox) -> Curve:
    """Lead a table's reference to itself around its right side, which Graphviz would draw behind its neighbours."""
    rows = [row.name for row in placed.box.rows]
    start, end = (
        placed.y + ROW_HEIGHT * (rows.index(name) + 1.5) for name in (line.target_columns[-1], line.columns[-1])
    )
    x = placed.x + placed.width
    return Curve(((x, start), (x + LOOP_WIDTH, start), (x + LOOP_WIDTH, end), (x, end)))


def _curve(position: str, height: float) -> Curve:
    pairs = (tuple(float(part) for part in point.split(",")) for point in position.split())
    return Curve(tuple((x, height - y) for x, y in pairs))
