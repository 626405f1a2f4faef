"""report.html: the design as one offline page.

Everything of the plan is in the page's own text; everything an engine said is in one `<script id="evidence">`, from
which the page's script fills in verdicts, timings and the chart. Without that element two pages of one plan are equal.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from groundplan.report.characters import printable
from groundplan.report.evidence_json import evidence_shape
from groundplan.report.html import text_html
from groundplan.report.model import DesignResult
from groundplan.report.page.assets import asset, filled
from groundplan.report.page.sections import Section, sections

SCRIPTS = ("elements.js", "chart.js", "choice.js", "claims.js", "evidence.js", "diagram.js", "page.js")
"""The page's scripts: each may use what those before it define."""


def report_html(result: DesignResult) -> str:
    """Render the page."""
    parts = sections(result)
    return filled(
        "page.html",
        title=text_html(result.plan.name),
        about=text_html(result.plan.about or ""),
        style=asset("page.css"),
        script="\n".join(map(asset, SCRIPTS)),
        navigation="\n".join(f'  <a href="#{part.name}">{part.title}</a>' for part in parts),
        sections="\n".join(map(_section, parts)),
        evidence=_script_json(evidence_shape(result)),
    )


def _section(part: Section) -> str:
    return f'<section id="{part.name}">\n  <h2>{part.title}</h2>\n{part.html}\n</section>'


def _script_json(shape: object) -> str:
    """Return JSON that no script element can be left from (HTML standard, 4.12.1.3)."""
    plain = json.dumps(_each_text(shape, printable), ensure_ascii=True, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _each_text(shape: object, change: Callable[[str], str]) -> object:
    """Change every text in a JSON shape as the page's own text was changed, so that names are found again."""
    if isinstance(shape, str):
        return change(shape)
    if isinstance(shape, list):
        return [_each_text(item, change) for item in shape]
    if isinstance(shape, dict):
        return {key: _each_text(value, change) for key, value in shape.items()}
    return shape
