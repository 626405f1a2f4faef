"""README.md: the design document. Holds no measured value, so the same plan gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from groundplan.base.decisions import Decision
from groundplan.logical.model import Relation, RelationKind
from groundplan.plan.model import AccessPattern, Delete, DeletePolicy, Insert, Raw, Read, Update, Upsert
from groundplan.plan.patterns import Demand, Pattern
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth, Growth
from groundplan.postgres.queries.model import CompiledRaw
from groundplan.report.markdown import code, count, table, text
from groundplan.report.mermaid import er_mermaid
from groundplan.report.model import DesignResult


def design_document(result: DesignResult) -> str:
    """Render the design document."""
    plan = result.plan
    lines = [f"# {text(plan.name)}", ""]
    if plan.about:
        lines.extend([text(plan.about), ""])
    lines.extend(_contents(result))
    lines.extend(_entities(result))
    lines.extend(_diagram(result))
    lines.extend(_patterns(result))
    lines.extend(_transactions(result))
    lines.extend(_lifecycles(result))
    lines.extend(_schedule(result))
    lines.extend(_decisions(result.decisions))
    lines.extend(_assumptions(result))
    lines.extend(_notes(result))
    return "\n".join(lines).rstrip() + "\n"


def _contents(result: DesignResult) -> list[str]:
    files = [
        ("[report.html](report.html)", "this design as a page, with what a real engine said of it"),
        ("[postgres/schema.sql](postgres/schema.sql)", "the whole schema"),
        (
            "[postgres/migrations/](postgres/migrations/)",
            "the first migration, [up](postgres/migrations/0001_initial.up.sql) and "
            "[down](postgres/migrations/0001_initial.down.sql)",
        ),
        ("[postgres/queries/](postgres/queries/)", "the SQL of every access pattern and transaction"),
        ("[dictionary.md](dictionary.md)", "every table, column, constraint and index"),
        ("[decisions.json](decisions.json)", "every decision with its alternatives, for programs"),
        ("[evidence.json](evidence.json)", "what the engine said, claim by claim, for programs"),
    ]
    schema = result.postgres.schema
    says = (
        f"{len(schema.tables)} tables for PostgreSQL {schema.version}, "
        f"{len(result.workload.patterns)} access patterns, {len(result.decisions)} decisions."
    )
    return [says, "", *table(("file", "holds"), files)]


def _entities(result: DesignResult) -> list[str]:
    rows = [
        (
            f"[{text(relation.name)}](dictionary.md#{_anchor(relation.name)})",
            text(relation.about or _link_says(relation)),
            count(relation.rows.now) + (" (assumed)" if relation.rows.is_assumed else ""),
            _growth(relation.rows.growth),
        )
        for relation in result.logical.relations
    ]
    return ["## Tables", "", *table(("table", "holds", "rows now", "growth"), rows)]


def _link_says(relation: Relation) -> str:
    return f"links of {relation.source}" if relation.kind is RelationKind.LINK else ""


def _growth(growth: Growth | None) -> str:
    match growth:
        case None:
            return ""
        case CompoundGrowth():
            return f"{float(growth.share) * 100:g} % a {growth.per.name.lower()}"
        case AbsoluteGrowth():
            return f"{count(growth.rows)} a {growth.per.name.lower()}"


def _anchor(name: str) -> str:
    """Return the anchor that Markdown viewers give a heading."""
    return "".join(mark for mark in name.lower().replace(" ", "-") if mark.isalnum() or mark in "-_")


def _diagram(result: DesignResult) -> list[str]:
    return [
        "## Diagram",
        "",
        "![Entity-relationship diagram](postgres/er.svg)",
        "",
        "<details><summary>The same as Mermaid</summary>",
        "",
        "```mermaid",
        er_mermaid(result.postgres.schema).rstrip(),
        "```",
        "",
        "</details>",
        "",
    ]


def _patterns(result: DesignResult) -> list[str]:
    declared = {pattern.name: pattern for pattern in result.plan.access}
    rows = [
        (
            _query_link(pattern, result),
            _does(declared[pattern.name]),
            _rate(pattern.demand),
            _target(pattern.demand),
            ", ".join(code(name) for name in _indexes_for(pattern.name, result)),
        )
        for pattern in result.resolved.patterns
    ]
    return ["## Access patterns", "", *table(("pattern", "does", "rate", "target", "indexes meant for it"), rows)]


def _query_link(pattern: Pattern, result: DesignResult) -> str:
    compiled = result.workload.pattern(pattern.name)
    if isinstance(compiled, CompiledRaw) and compiled.statement is None:
        return text(pattern.name)
    file = next((path for path in result.statements if path.endswith(f"/queries/{pattern.name}.sql")), None)
    return text(pattern.name) if file is None else f"[{text(pattern.name)}]({file})"


def _does(pattern: AccessPattern) -> str:
    match pattern:
        case Read():
            where = f" where {code(pattern.where.text)}" if pattern.where else ""
            order = f" by {code(', '.join(key.text for key in pattern.order))}" if pattern.order else ""
            page = f", {pattern.page} a page" if pattern.page else ""
            return (f"{text(pattern.about)} " if pattern.about else "") + f"reads {pattern.entity}{where}{order}{page}"
        case Insert():
            return f"inserts {pattern.entity}" + (f", {pattern.batch} at a time" if pattern.batch > 1 else "")
        case Update():
            return f"updates {pattern.entity} where {code(pattern.where.text)}"
        case Upsert():
            return f"upserts {pattern.entity} on {code(', '.join(pattern.on))}"
        case Delete():
            return f"deletes {pattern.entity} where {code(pattern.where.text)}"
        case Raw():
            return text(pattern.about or "the plan's own SQL")


def _rate(demand: Demand) -> str:
    if demand.rate is None:
        return ""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600), ("day", 86_400)):
        if demand.rate * seconds >= 1:
            return f"{demand.rate * seconds:.4g}/{unit}"
    return f"{demand.rate * 86_400:.2g}/day"


def _target(demand: Demand) -> str:
    if demand.target_ms is None:
        return ""
    return f"{demand.target_ms:g} ms" + (" (assumed)" if demand.is_target_assumed else "")


def _indexes_for(pattern: str, result: DesignResult) -> tuple[str, ...]:
    schema = result.postgres.schema
    tables = (index for each in schema.tables for index in each.indexes if pattern in index.serves)
    stored = (index for view in schema.materialized_views for index in view.indexes if view.pattern == pattern)
    return tuple(index.name for index in (*tables, *stored))


def _transactions(result: DesignResult) -> list[str]:
    rows = [
        (
            text(transaction.name),
            ", ".join(text(step.pattern) for step in transaction.steps),
            transaction.isolation.value,
            ", ".join(transaction.retried_sqlstates),
        )
        for transaction in result.workload.transactions
    ]
    shown = table(("transaction", "steps", "isolation", "retried on"), rows)
    return ["## Transactions", "", *shown] if shown else []


def _lifecycles(result: DesignResult) -> list[str]:
    lines = []
    for relation in result.logical.relations:
        life = relation.lifecycle
        says = []
        if life.delete is DeletePolicy.SOFT:
            says.append(
                "deleting marks the row in `deleted_at`; every query leaves marked rows out, unique values may be "
                "used again, and the row stays until it is purged"
            )
        if life.has_audit:
            says.append("every change is written to an audit trail; secret values never are")
        if life.expires:
            says.append(f"a row is gone after {code(life.expires)}")
        if says:
            lines.append(f"- {text(relation.name)}: {'; '.join(says)}.")
    return ["## How rows end", "", *lines, ""] if lines else []


def _schedule(result: DesignResult) -> list[str]:
    schema = result.postgres.schema
    lines = [
        f"- every {view.refresh_seconds:g} s: refresh {code(view.name)}, so that {code(view.pattern)} is new enough."
        for view in schema.materialized_views
    ]
    lines.extend(
        f"- every minute or so: call {code(expiry.name)}, which deletes rows of {code(expiry.table)} whose "
        f"{code(expiry.column)} has passed, {expiry.batch} at a time."
        for expiry in schema.expiries
    )
    if not lines:
        return []
    return ["## Work to schedule", "", "With pg_cron or any other scheduler:", "", *lines, ""]


def _decisions(decisions: Iterable[Decision]) -> list[str]:
    lines = ["## Decisions", "", "To force one, write its pin and another choice under `decisions:` in the plan.", ""]
    ordered = sorted(decisions, key=lambda decision: decision.object)
    for name, group in groupby(ordered, key=lambda decision: decision.object):
        lines.extend([f"### {text(name)}", ""])
        for decision in group:
            pinned = " (pinned by the plan)" if decision.is_pinned else ""
            lines.append(f"- **{text(decision.topic)}: {text(decision.choice)}**{pinned}. {_sentence(decision.reason)}")
            facts = ", ".join(f"{text(fact.name)} {text(fact.value)}" for fact in decision.inputs)
            if facts:
                lines.append(f"  - given {facts}")
            for other in decision.alternatives:
                cost = f" ({text(other.cost)})" if other.cost else ""
                lines.append(f"  - not {text(other.choice)}: {text(other.why_not)}{cost}")
            lines.append(f"  - rule `{decision.rule}`, plan line {decision.origin.line}, pin {code(decision.pin)}")
        lines.append("")
    return lines


def _sentence(words: str) -> str:
    said = text(words)
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith('.') else '.'}"


def _assumptions(result: DesignResult) -> list[str]:
    rows = [(text(each.object), text(each.fact), text(each.value), text(each.if_wrong)) for each in result.assumptions]
    shown = table(("about", "assumed", "value", "if it were wrong by ten times"), rows)
    return ["## Assumptions", "", "The plan does not give these numbers.", "", *shown] if shown else []


def _notes(result: DesignResult) -> list[str]:
    lines = [
        f"- line {note.origin.line}: {text(note.message)} ({note.code}). {_sentence(note.help)}"
        for note in result.notes
    ]
    return ["## Notes", "", *lines, ""] if lines else []
