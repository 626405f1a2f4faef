"""er.svg of documents: collections as boxes, what is inside a document set in, references as dotted crow's feet.

What is kept in a second place is tinted: copies, subsets and counts.
"""

from __future__ import annotations

from groundplan.logical.model import LogicalModel
from groundplan.mongo.model import DocumentModel
from groundplan.report.diagram import BoxRow, Line, marks
from groundplan.report.document_diagram import DocumentDiagram, Frame, Keeping, nested_diagram
from groundplan.report.layout import INDENT, PADDING, ROW_HEIGHT, Curve, PlacedBox, lay_out, text_width
from groundplan.report.svg import (
    FAINT,
    HEAD,
    INK,
    MARGIN,
    MONOSPACE,
    OWN_HEAD,
    PAPER,
    RULE,
    line_end,
    point_text,
    xml_text,
)

_FILLS = {
    Keeping.WHOLE: ("#f4f8fd", "#e6eff9"),
    Keeping.COPY: ("#fff4da", "#fff4da"),
    Keeping.COUNT: ("#fff4da", "#fff4da"),
}
"""The tints of what is inside, by turns: an embedded document is told from the one around it."""
_EDGES = {Keeping.WHOLE: "#b8cbe0", Keeping.COPY: "#e0bb62", Keeping.COUNT: "#e0bb62"}
_LEGEND = ((Keeping.WHOLE, "inside the document"), (Keeping.COPY, "kept here and elsewhere: a copy or a count"))
_MARKS = {"PK": "PK", "FK": "→", "UQ": "UQ"}
"""There are no foreign keys: what names another document is an arrow."""
_LEGEND_HEIGHT = 30.0
_SWATCH = 12.0


def documents_svg(model: DocumentModel, logical: LogicalModel) -> str | None:
    """Draw the documents of a design.

    None where there are no collections, or Graphviz is not installed (the extra `groundplan[diagrams]`).
    """
    shown = nested_diagram(model, logical)
    layout = lay_out(shown.diagram) if shown.diagram.boxes else None
    if layout is None:
        return None
    legend = _legend(shown)
    height = layout.height + 2 * MARGIN + (_LEGEND_HEIGHT if legend else 0)
    width = max(layout.width, _legend_width(shown)) + 2 * MARGIN
    top = -MARGIN - (_LEGEND_HEIGHT if legend else 0)
    said = f"Document diagram: {len(shown.diagram.boxes)} collections, {len(shown.diagram.lines)} references"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="er documents" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{-MARGIN:.0f} {top:.0f} {width:.0f} {height:.0f}" role="img" '
        f'font-family="{MONOSPACE}" font-size="11">',
        f"<title>{said}</title>",
        f'<rect class="ground" x="{-MARGIN:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'fill="{PAPER}"/>',
        *legend,
        *(_box(placed, shown.frames[placed.box.name]) for placed in layout.boxes),
        *(_line(line, curve) for line, curve in zip(shown.diagram.lines, layout.curves, strict=True)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _kept(shown: DocumentDiagram) -> tuple[tuple[Keeping, str], ...]:
    there = {frame.keeping for frames in shown.frames.values() for frame in frames}
    there |= {Keeping.COPY} if Keeping.COUNT in there else set()
    return tuple((keeping, words) for keeping, words in _LEGEND if keeping in there)


def _legend(shown: DocumentDiagram) -> tuple[str, ...]:
    """Draw what the tints mean, of those that are there."""
    parts: list[str] = []
    x, y = 0.0, -_LEGEND_HEIGHT + 4
    for keeping, words in _kept(shown):
        parts.append(
            f'<g class="legend">'
            f'<rect class="{keeping.value}" x="{x:.1f}" y="{y:.1f}" width="{_SWATCH}" height="{_SWATCH}" rx="2" '
            f'fill="{_FILLS[keeping][0]}" stroke="{_EDGES[keeping]}"/>'
            f'<text x="{x + _SWATCH + 6:.1f}" y="{y + 10:.1f}" fill="{FAINT}">{words}</text></g>'
        )
        x += _SWATCH + 6 + text_width(words) + 24
    return tuple(parts)


def _legend_width(shown: DocumentDiagram) -> float:
    return sum(_SWATCH + 30 + text_width(words) for _, words in _kept(shown))


def _box(placed: PlacedBox, frames: tuple[Frame, ...]) -> str:
    box = placed.box
    x, y, width = placed.x, placed.y, placed.width
    heads = {frame.first for frame in frames}
    rows = "\n".join(_row(row, placed, at, is_head=at in heads) for at, row in enumerate(box.rows))
    inside = "\n".join(_frame(frame, placed) for frame in frames)
    return (
        f'<g class="{"own table" if box.is_own else "table"}" data-table="{xml_text(box.name)}">\n'
        f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{placed.height:.1f}" rx="4" '
        f'fill="{PAPER}" stroke="{RULE}"/>\n'
        f'<path class="head" d="M{x:.1f},{y + ROW_HEIGHT:.1f}v{4 - ROW_HEIGHT:.1f}q0,-4 4,-4h{width - 8:.1f}q4,0 4,4'
        f'v{ROW_HEIGHT - 4:.1f}z" fill="{OWN_HEAD if box.is_own else HEAD}" stroke="{RULE}"/>\n'
        f'<text class="name" x="{x + PADDING:.1f}" y="{y + 14:.1f}" font-size="12.5" font-weight="700" fill="{INK}">'
        f"{xml_text(box.name)}</text>\n{inside}\n{rows}\n</g>"
    )


def _frame(frame: Frame, placed: PlacedBox) -> str:
    """Draw a frame around what is inside: within the one around it, and clear of the box's own edge."""
    inset = 3 + INDENT / 2 * (frame.depth - 1)
    top = placed.y + ROW_HEIGHT * (frame.first + 1) + 1.5
    height = ROW_HEIGHT * (frame.last - frame.first + 1) - 3 - 1.2 * (frame.depth - 1)
    fill = _FILLS[frame.keeping][(frame.depth - 1) % 2]
    return (
        f'<rect class="frame {frame.keeping.value}" x="{placed.x + inset:.1f}" y="{top:.1f}" '
        f'width="{placed.width - 2 * inset:.1f}" height="{height:.1f}" rx="3" fill="{fill}" '
        f'stroke="{_EDGES[frame.keeping]}"/>'
    )


def _row(row: BoxRow, placed: PlacedBox, at: int, *, is_head: bool) -> str:
    mark = " ".join(_MARKS[mark] for mark in marks(row))
    weight = ' font-weight="700"' if row.is_key or is_head else ""
    base = placed.y + ROW_HEIGHT * (at + 1) + 14
    indent = INDENT * row.depth
    sign = (
        f'<text class="mark" x="{placed.x + PADDING + indent / 2:.1f}" y="{base:.1f}" font-size="8.5" '
        f'fill="{FAINT}">{mark}</text>'
        if mark
        else ""
    )
    return (
        f'<g class="column" data-column="{xml_text(row.name)}">{sign}'
        f'<text class="label" x="{placed.x + placed.name_at + indent:.1f}" y="{base:.1f}" fill="{INK}"{weight}>'
        f"{xml_text(row.shown)}</text>"
        f'<text class="type" x="{placed.x + placed.type_at:.1f}" y="{base:.1f}" fill="{FAINT}">{xml_text(row.type)}'
        f"{'?' if row.is_nullable else ''}</text></g>"
    )


def _line(line: Line, curve: Curve) -> str:
    start, *rest = curve.points
    said = (
        f"{line.name}: {line.source} ({', '.join(line.columns)}) names {line.target}; nothing but the writes keeps it"
    )
    path = f"M{point_text(start)}C" + " ".join(point_text(point) for point in rest)
    one = line_end(curve.points, is_many=False, is_optional=line.is_optional)
    many = line_end(tuple(reversed(curve.points)), is_many=not line.is_unique, is_optional=True)
    return (
        f'<g class="line" data-source="{xml_text(line.source)}" data-target="{xml_text(line.target)}" fill="none" '
        f'stroke="{FAINT}" stroke-width="1.1"><title>{xml_text(said)}</title>\n'
        f'<path d="{path}" stroke-dasharray="{"4 3" if line.columns else "2 3"}"/>{one}{many}\n</g>'
    )
