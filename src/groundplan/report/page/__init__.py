"""report.html: the design as one offline page.

Everything of the plan is in the page's own text; everything an engine said is in one `<script id="evidence">`, from
which the page's script fills in verdicts, timings and the chart. Without that element two pages of one plan are equal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from importlib.resources import files

from groundplan.plan.access import AccessPattern
from groundplan.plan.patterns import Pattern
from groundplan.prove.evidence import POSTGRES
from groundplan.report import overview, workload
from groundplan.report.blocks import Block, Code, Fold, Heading, Paragraph, Source
from groundplan.report.characters import printable
from groundplan.report.dictionary import table_entry
from groundplan.report.evidence_json import evidence_shape
from groundplan.report.explained import decisions_as_folds, how_to_pin, indexes, shaping_decisions
from groundplan.report.html import html, inline_html, text_html
from groundplan.report.markdown import anchor
from groundplan.report.model import DesignResult
from groundplan.report.svg import er_svg

SCRIPTS = ("elements.js", "evidence.js", "diagram.js", "page.js")
"""The page's scripts: each may use what those before it define."""


def report_html(result: DesignResult) -> str:
    """Render the page."""
    assets = files(__package__)
    declared = {pattern.name: pattern for pattern in result.plan.access}
    patterns = (_pattern(each, declared[each.name], result) for each in result.resolved.patterns)
    shaping = shaping_decisions(result)
    pieces = {
        "title": text_html(result.plan.name),
        "about": text_html(result.plan.about or ""),
        "style": assets.joinpath("page.css").read_text(encoding="utf-8"),
        "script": "\n".join(assets.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS),
        "diagram": er_svg(result.schema) or html(_no_diagram(result)),
        "patterns": "\n".join(patterns),
        "transactions": html(_transactions(result)),
        "tables": html(_tables(result)),
        "shaping": html((*((shaping,) if shaping else ()), *_headed("Indexes", indexes(result, engine=POSTGRES)))),
        "pinning": html((how_to_pin(),)),
        "decisions": html(decisions_as_folds(result)),
        "assumptions": html(_assumptions(result)),
        "schema": text_html(result.statements.get("postgres/schema.sql", "")),
        "evidence": _script_json(evidence_shape(result)),
    }
    template = assets.joinpath("page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: pieces[found.group(1)], template)


def _no_diagram(result: DesignResult) -> tuple[Block, ...]:
    if not result.schema.tables:
        return (Paragraph(("The design has no tables.",)),)
    return (Paragraph(("The picture needs Graphviz: ", Code("pip install 'groundplan[diagrams]'"), ".")),)


def _pattern(pattern: Pattern, declared: AccessPattern, result: DesignResult) -> str:
    """Return a line of the chart that opens; the page's script fills in what an engine said."""
    name = text_html(pattern.name)
    does = inline_html(workload.what_it_does(declared))
    sql = result.statements.get(workload.query_file(pattern.name))
    shown = f"<pre><code>{text_html(sql)}</code></pre>" if sql else "<p>The plan gives no SQL for PostgreSQL.</p>"
    return (
        f'<details class="pattern" data-pattern="{name}"><summary>'
        f'<span class="name">{name}</span>'
        f'<span class="verdict"></span><span class="plot"></span><span class="time p50"></span>'
        f'<span class="time p95"></span><span class="time target">{workload.target(pattern.demand)}</span>'
        f'<span class="rate">{workload.rate(pattern.demand)}</span><span class="by">{does}</span></summary>\n'
        f'<p>{does}</p><div class="seen"></div>{shown}</details>'
    )


def _transactions(result: DesignResult) -> tuple[Block, ...]:
    files = ((each.name, workload.query_file(each.name)) for each in result.workload.transactions)
    scripts = tuple(
        Fold(summary=(Code(name), " as SQL"), blocks=(Source(language="sql", text=result.statements[file]),))
        for name, file in files
        if file in result.statements
    )
    return (*_headed("Transactions", workload.transactions(result, is_linked=False)), *scripts)


def _tables(result: DesignResult) -> tuple[Block, ...]:
    entries = tuple(
        Fold(
            summary=(Code(each.name), f": {len(each.columns)} columns"),
            blocks=table_entry(each, logical=result.logical),
            kind="entry",
            anchor=_anchor(each.name),
        )
        for each in result.schema.tables
    )
    listed = overview.tables(result, link=lambda name: f"#{_anchor(name)}")
    by_column: tuple[Block, ...] = (Heading(level=3, words=("Column by column",)), *entries) if entries else ()
    return (
        *((listed,) if listed else (Paragraph(("None.",)),)),
        *_headed("References", overview.references(result)),
        *_headed("How rows end", overview.endings(result)),
        *_headed("Work to schedule", overview.schedule(result)),
        *by_column,
    )


def _anchor(table: str) -> str:
    return f"table-{anchor(table)}"


def _headed(title: str, content: Block | None) -> tuple[Block, ...]:
    return (Heading(level=3, words=(title,)), content) if content else ()


def _assumptions(result: DesignResult) -> tuple[Block, ...]:
    given = overview.assumptions(result)
    said = "The plan does not give these numbers." if given else "None: the plan gives every number."
    return (Paragraph((said,)), *((given,) if given else ()), *_headed("Notes", overview.notes(result)))


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
