"""report.html: the design as one offline page.

Everything of the plan is in the page's own text; everything an engine said is in one `<script id="evidence">`, from
which the page's script fills in verdicts, timings and charts. Without that element two pages of one plan are equal.
"""

from __future__ import annotations

import json
import re
from html import escape
from importlib.resources import files

from groundplan.base.decisions import Decision
from groundplan.plan.patterns import Pattern
from groundplan.report.evidence_json import evidence_shape
from groundplan.report.model import DesignResult
from groundplan.report.svg import er_svg


def report_html(result: DesignResult) -> str:
    """Render the page."""
    assets = files(__package__)
    pieces = {
        "title": _text(result.plan.name),
        "about": _text(result.plan.about or ""),
        "style": assets.joinpath("page.css").read_text(encoding="utf-8"),
        "script": assets.joinpath("page.js").read_text(encoding="utf-8"),
        "diagram": er_svg(result.postgres.schema) or _no_diagram(),
        "patterns": "\n".join(_pattern(pattern, result) for pattern in result.resolved.patterns),
        "decisions": "\n".join(_decision(decision) for decision in result.decisions),
        "assumptions": _assumptions(result),
        "schema": _text(result.statements.get("postgres/schema.sql", "")),
        "evidence": _script_json(evidence_shape(result)),
    }
    template = assets.joinpath("page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: pieces[found.group(1)], template)


def _no_diagram() -> str:
    return "<p>The diagram needs Graphviz: <code>pip install 'groundplan[diagrams]'</code>.</p>"


def _pattern(pattern: Pattern, result: DesignResult) -> str:
    file = f"postgres/queries/{pattern.name}.sql"
    sql = result.statements.get(file)
    shown = f"<pre><code>{_text(sql)}</code></pre>" if sql else "<p>The plan gives no SQL for PostgreSQL.</p>"
    target = "" if pattern.demand.target_ms is None else f"{pattern.demand.target_ms:g} ms"
    rate = "" if pattern.demand.rate is None else f"{pattern.demand.rate:.4g}/s"
    return (
        f'<details class="pattern" data-pattern="{_text(pattern.name)}"><summary>'
        f'<span class="name">{_text(pattern.name)}</span><span class="rate">{rate}</span>'
        f'<span class="target">{target}</span><span class="verdicts"></span></summary>'
        f'<div class="seen"></div>{shown}</details>'
    )


def _decision(decision: Decision) -> str:
    others = "".join(
        f"<li>not <b>{_text(other.choice)}</b>: {_text(other.why_not)}"
        f"{f' <i>({_text(other.cost)})</i>' if other.cost else ''}</li>"
        for other in decision.alternatives
    )
    facts = "".join(f"<li>{_text(fact.name)}: {_text(fact.value)}</li>" for fact in decision.inputs)
    pinned = ' <span class="chip pinned">pinned</span>' if decision.is_pinned else ""
    return (
        f'<details class="decision"><summary><code>{_text(decision.object)}</code> '
        f'<span class="topic">{_text(decision.topic)}</span> <b>{_text(decision.choice)}</b>{pinned}</summary>'
        f"<p>{_text(decision.reason)}</p>"
        f"{f'<h4>Given</h4><ul>{facts}</ul>' if facts else ''}{f'<h4>Rejected</h4><ul>{others}</ul>' if others else ''}"
        f'<p class="where">rule {_text(decision.rule)}, plan line {decision.origin.line}; '
        f"pin <code>{_text(decision.pin)}</code></p></details>"
    )


def _assumptions(result: DesignResult) -> str:
    rows = "".join(
        f"<tr><td>{_text(each.object)}</td><td>{_text(each.fact)}</td><td>{_text(each.value)}</td>"
        f"<td>{_text(each.if_wrong)}</td></tr>"
        for each in result.assumptions
    )
    if not rows:
        return "<p>None: the plan gives every number.</p>"
    return (
        "<table><thead><tr><th>about</th><th>assumed</th><th>value</th><th>if it were wrong by ten times</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _text(words: str) -> str:
    """Escape words for text and for quoted attributes; HTML has no control characters."""
    return escape(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "\N{REPLACEMENT CHARACTER}", words))


def _script_json(shape: object) -> str:
    """Return JSON that no script element can be left from (HTML 4.12.1.3)."""
    plain = json.dumps(shape, ensure_ascii=True, separators=(",", ":"))
    return plain.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
