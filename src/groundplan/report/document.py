"""README.md: the design document. Holds no measured value, so the same plan gives the same bytes."""

from __future__ import annotations

from groundplan.report import overview
from groundplan.report.blocks import (
    Block,
    Code,
    Fold,
    Grid,
    Heading,
    Link,
    Listing,
    Paragraph,
    Picture,
    Source,
    Words,
    counted,
)
from groundplan.report.explained import decisions_as_lists, how_to_pin, indexes, shaping_decisions
from groundplan.report.markdown import anchor, markdown
from groundplan.report.mermaid import er_mermaid
from groundplan.report.model import DesignResult
from groundplan.report.svg import can_draw


def design_document(result: DesignResult) -> str:
    """Render the design document."""
    blocks: list[Block] = [Heading(level=1, words=(result.plan.name,))]
    if result.plan.about:
        blocks.append(Paragraph((result.plan.about,)))
    blocks.append(Paragraph(_opening(result)))
    blocks += _part("Tables", overview.tables(result, link=lambda name: f"dictionary.md#{anchor(name)}"))
    blocks += _diagram(result)
    blocks += _part("References", overview.references(result))
    blocks += _part("Access patterns", overview.patterns(result), before=overview.assumed_targets(result))
    blocks += _part("Transactions", overview.transactions(result, is_linked=True))
    blocks += _part("How rows end", overview.endings(result))
    blocks += _part("Work to schedule", overview.schedule(result), before="With pg_cron or any other scheduler:")
    blocks += _decisions(result)
    blocks += _part("Assumptions", overview.assumptions(result), before="The plan does not give these numbers.")
    blocks += _part("Notes", overview.notes(result))
    blocks += _part("Files", _files(result))
    return markdown(blocks)


def _part(title: str, content: Grid | Listing | None, *, before: str | None = None) -> tuple[Block, ...]:
    """Return a headed part, or nothing where there is nothing to say."""
    if content is None:
        return ()
    heading = Heading(level=2, words=(title,))
    return (heading, Paragraph((before,)), content) if before else (heading, content)


def _opening(result: DesignResult) -> Words:
    schema = result.schema
    pinned = sum(decision.is_pinned for decision in result.decisions)
    counts = (
        (len(schema.tables), "table"),
        (len(schema.materialized_views), "materialized view"),
        (len(result.resolved.patterns), "access pattern"),
        (len(result.decisions), "decision"),
        (len(result.assumptions), "assumption"),
    )
    made = ", ".join(counted(number, word) for number, word in counts if number)
    said = f" {pinned} of the decisions {'is' if pinned == 1 else 'are'} pinned by the plan." if pinned else ""
    return (
        f"PostgreSQL {schema.version}: {made}.{said} What a real engine said of it is in ",
        Link("report.html", "report.html"),
        "; every column is in the ",
        Link("data dictionary", "dictionary.md"),
        ".",
    )


def _diagram(result: DesignResult) -> tuple[Block, ...]:
    heading = Heading(level=2, words=("Diagram",))
    source = Source(language="mermaid", text=er_mermaid(result.schema))
    if not can_draw(result.schema):
        return heading, source
    picture = Picture(about="Entity-relationship diagram", target="postgres/er.svg")
    return heading, picture, Fold(summary=("The same as Mermaid",), blocks=(source,))


def _decisions(result: DesignResult) -> tuple[Block, ...]:
    if not result.decisions:
        return ()
    shaping, built = shaping_decisions(result), indexes(result)
    return (
        Heading(level=2, words=("Decisions",)),
        *((shaping,) if shaping else ()),
        *((Heading(level=3, words=("Indexes",)), built) if built else ()),
        Heading(level=3, words=(f"All {len(result.decisions):,}, with what was rejected",)),
        how_to_pin(),
        *decisions_as_lists(result),
    )


def _files(result: DesignResult) -> Grid:
    up, down = "postgres/migrations/0001_initial.up.sql", "postgres/migrations/0001_initial.down.sql"
    schema = "postgres/schema.sql"
    drawn = can_draw(result.schema)
    rows: list[tuple[Words, Words]] = [
        ((Link("report.html", "report.html"),), ("this design as one page, with what a real engine said of it",)),
        ((Link("dictionary.md", "dictionary.md"),), ("every table, column, constraint and index",)),
        ((Link(schema, schema),), ("the whole schema",)),
        (
            (Link("postgres/migrations/", "postgres/migrations/"),),
            ("the first one, ", Link("up", up), " and ", Link("down", down)),
        ),
        ((Link("postgres/queries/", "postgres/queries/"),), ("the SQL of every access pattern and transaction",)),
        (
            (Link("postgres/er.mmd", "postgres/er.mmd"), *((", ", Link("er.svg", "postgres/er.svg")) if drawn else ())),
            ("the diagram",),
        ),
        (
            (Link("decisions.json", "decisions.json"),),
            ("decisions and assumptions, for ", Code("groundplan why"), " and other programs"),
        ),
        ((Link("evidence.json", "evidence.json"),), ("what the engine said, claim by claim, for programs",)),
    ]
    return Grid(header=("file", "holds"), rows=tuple(rows))
