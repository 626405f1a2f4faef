"""Access patterns and transactions on the page: a line each of the chart, with the queries of every engine inside."""

from __future__ import annotations

from groundplan.mongo.queries.model import NotCompiled
from groundplan.plan.access import AccessPattern
from groundplan.plan.patterns import Pattern
from groundplan.prove.evidence import POSTGRES
from groundplan.prove.versions import NAMES
from groundplan.report import workload
from groundplan.report.blocks import Block, Code, Fold, Heading, Source
from groundplan.report.html import html, inline_html, text_html
from groundplan.report.model import DesignResult
from groundplan.report.page.assets import filled


def patterns_html(result: DesignResult) -> str:
    """Render every access pattern and transaction; the page's script fills in what the engines said."""
    declared = {pattern.name: pattern for pattern in result.plan.access}
    lines = (_pattern(each, declared[each.name], result) for each in result.resolved.patterns)
    return filled("patterns.html", patterns="\n".join(lines), transactions=html(_transactions(result)))


def _pattern(pattern: Pattern, declared: AccessPattern, result: DesignResult) -> str:
    """Return a line of the chart that opens."""
    name = text_html(pattern.name)
    does = inline_html(workload.what_it_does(declared))
    return (
        f'<details class="pattern" data-pattern="{name}"><summary>'
        f'<span class="name">{name}</span>'
        f'<span class="verdict"></span><span class="plot"></span><span class="time p50"></span>'
        f'<span class="time p95"></span><span class="time target">{workload.target(pattern.demand)}</span>'
        f'<span class="rate">{workload.rate(pattern.demand)}</span><span class="by">{does}</span></summary>\n'
        f'<p>{does}</p><div class="seen"></div>{_queries(pattern, result)}</details>'
    )


def _queries(pattern: Pattern, result: DesignResult) -> str:
    """Return the pattern in each engine's language, side by side where there are two."""
    if len(result.engines) == 1:
        return _query(pattern, result, engine=result.engines[0])
    columns = (
        f"<div><h4>{NAMES[engine]}</h4>{_query(pattern, result, engine=engine)}</div>" for engine in result.engines
    )
    return f'<div class="queries">{"".join(columns)}</div>'


def _query(pattern: Pattern, result: DesignResult, *, engine: str) -> str:
    of_postgres = engine == POSTGRES
    file = workload.query_file(pattern.name) if of_postgres else workload.mongo_query_file(pattern.name)
    text = result.statements.get(file)
    if text:
        return f"<pre><code>{text_html(text)}</code></pre>"
    for each in () if of_postgres or result.mongo is None else result.mongo.workload.patterns:
        if isinstance(each, NotCompiled) and each.pattern == pattern.name:
            return f"<p>{text_html(f'Not in MongoDB: {each.reason}; {each.help}.')}</p>"
    return f"<p>The plan gives no {'SQL for PostgreSQL' if of_postgres else 'command for MongoDB'}.</p>"


def _transactions(result: DesignResult) -> tuple[Block, ...]:
    listed = workload.transactions(result, is_linked=False)
    languages = (("sql", "SQL", workload.query_file), ("javascript", "JavaScript", workload.mongo_query_file))
    scripts = tuple(
        Fold(
            summary=(Code(each.name), f" as {title}"),
            blocks=(Source(language=language, text=result.statements[file(each.name)]),),
        )
        for each in result.resolved.transactions
        for language, title, file in languages
        if file(each.name) in result.statements
    )
    return (*((Heading(level=3, words=("Transactions",)), listed) if listed else ()), *scripts)
