"""er.svg: the entity-relationship diagram as a picture with crow's feet.

Shapes carry classes and their table's name, so that a page can restyle, find and highlight them.
"""

from __future__ import annotations

import math
from html import escape

from groundplan.postgres.model import Schema
from groundplan.report.characters import printable
from groundplan.report.diagram import BoxRow, Line, diagram, marks
from groundplan.report.layout import PADDING, ROW_HEIGHT, Curve, PlacedBox, lay_out

INK, FAINT, RULE, PAPER, HEAD, OWN_HEAD = "#1f2933", "#697586", "#c3ccd6", "#ffffff", "#dfe9f5", "#ececec"
MARGIN = 16.0
MONOSPACE = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def er_svg(schema: Schema) -> str | None:
    """Draw the tables of a schema.

    None where there are none, or Graphviz is not installed (the extra `groundplan[diagrams]`).
    """
    shown = diagram(schema)
    layout = lay_out(shown) if shown.boxes else None
    if layout is None:
        return None
    width, height = layout.width + 2 * MARGIN, layout.height + 2 * MARGIN
    references = sum(line.is_enforced for line in shown.lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="er" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{-MARGIN:.0f} {-MARGIN:.0f} {width:.0f} {height:.0f}" role="img" '
        f'font-family="{MONOSPACE}" font-size="11">',
        f"<title>Entity-relationship diagram: {len(shown.boxes)} tables, {references} foreign keys</title>",
        f'<rect class="ground" x="{-MARGIN:.0f}" y="{-MARGIN:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'fill="{PAPER}"/>',
        *(_line(line, curve) for line, curve in zip(shown.lines, layout.curves, strict=True)),
        *(_box(placed) for placed in layout.boxes),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _box(placed: PlacedBox) -> str:
    box = placed.box
    head = OWN_HEAD if box.is_own else HEAD
    x, y, width = placed.x, placed.y, placed.width
    rows = "\n".join(_row(row, placed, y + ROW_HEIGHT * (position + 1)) for position, row in enumerate(box.rows))
    return (
        f'<g class="{"own table" if box.is_own else "table"}" data-table="{xml_text(box.name)}">\n'
        f'<rect class="box" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{placed.height:.1f}" rx="4" '
        f'fill="{PAPER}" stroke="{RULE}"/>\n'
        f'<path class="head" d="M{x:.1f},{y + ROW_HEIGHT:.1f}v{4 - ROW_HEIGHT:.1f}q0,-4 4,-4h{width - 8:.1f}q4,0 4,4'
        f'v{ROW_HEIGHT - 4:.1f}z" fill="{head}" stroke="{RULE}"/>\n'
        f'<text class="name" x="{x + PADDING:.1f}" y="{y + 14:.1f}" font-size="12.5" font-weight="700" fill="{INK}">'
        f"{xml_text(box.name)}</text>\n{rows}\n</g>"
    )


def _row(row: BoxRow, placed: PlacedBox, top: float) -> str:
    mark = " ".join(marks(row))
    weight = ' font-weight="700"' if row.is_key else ""
    base = top + 14
    name = xml_text(row.name)
    sign = (
        f'<text class="mark" x="{placed.x + PADDING:.1f}" y="{base:.1f}" font-size="8.5" fill="{FAINT}">{mark}</text>'
        if mark
        else ""
    )
    return (
        f'<g class="column" data-column="{name}">{sign}'
        f'<text class="label" x="{placed.x + placed.name_at:.1f}" y="{base:.1f}" fill="{INK}"{weight}>{name}</text>'
        f'<text class="type" x="{placed.x + placed.type_at:.1f}" y="{base:.1f}" fill="{FAINT}">{xml_text(row.type)}'
        f"{'?' if row.is_nullable else ''}</text></g>"
    )


def _line(line: Line, curve: Curve) -> str:
    start, *rest = curve.points
    dots = "" if line.is_enforced else ' stroke-dasharray="2 3"'
    said = (
        f"{line.name}: {line.source} ({', '.join(line.columns)}) to {line.target} ({', '.join(line.target_columns)})"
        if line.is_enforced
        else f"{line.source}: the audit trail of {line.target}"
    )
    path = f"M{point_text(start)}C" + " ".join(point_text(point) for point in rest)
    one = line_end(curve.points, is_many=False, is_optional=line.is_optional)
    many = line_end(tuple(reversed(curve.points)), is_many=not line.is_unique, is_optional=True)
    return (
        f'<g class="line" data-source="{xml_text(line.source)}" data-target="{xml_text(line.target)}" fill="none" '
        f'stroke="{FAINT}" stroke-width="1.1"><title>{xml_text(said)}</title>\n'
        f'<path d="{path}"{dots}/>{one}{many}\n</g>'
    )


def line_end(points: tuple[tuple[float, float], ...], *, is_many: bool, is_optional: bool) -> str:
    """Draw the end at the first point: a crow's foot for many or a bar for one, then a ring (may be none) or a bar."""
    (x, y) = points[0]
    away = next((point for point in points[1:] if math.dist(point, points[0]) > 1), (x + 1, y))
    length = math.dist(away, (x, y))
    dx, dy = (away[0] - x) / length, (away[1] - y) / length

    def along(distance: float, side: float) -> tuple[float, float]:
        return (x + dx * distance - dy * side, y + dy * distance + dx * side)

    def bar(distance: float) -> str:
        return f"M{point_text(along(distance, -5))}L{point_text(along(distance, 5))}"

    if is_many:
        foot = f"M{point_text(along(0, -5))}L{point_text(along(10, 0))}L{point_text(along(0, 5))}"
        near = 10.0
    else:
        foot = bar(6)
        near = 6.0
    if not is_optional:
        return f'<path d="{foot}{bar(near + 4)}"/>'
    ring = along(near + 3.5, 0)
    return f'<path d="{foot}"/><circle class="ring" cx="{ring[0]:.1f}" cy="{ring[1]:.1f}" r="3.5" fill="{PAPER}"/>'


def point_text(point: tuple[float, float]) -> str:
    """Return a point as paths write it."""
    return f"{point[0]:.1f},{point[1]:.1f}"


def xml_text(text: str) -> str:
    """Escape text for XML, in whose attributes space is what character references say it is (XML 1.0 section 3.3.3)."""
    return escape(printable(text)).replace("\n", "&#10;").replace("\t", "&#9;")
