"""README.md: the design document. Holds no measured value, so the same plan gives the same bytes."""

from __future__ import annotations

from groundplan.prove.evidence import MONGO, POSTGRES
from groundplan.prove.versions import NAMES
from groundplan.report import overview, workload
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
from groundplan.report.documents import WATCHED, collection_title, collections, kept_references
from groundplan.report.drawings import Drawing, drawings
from groundplan.report.explained import decisions_as_lists, how_to_pin, indexes, shaping_decisions
from groundplan.report.markdown import anchor, markdown
from groundplan.report.model import DesignResult

NESTED = "Documents hold their own row and, where that costs less, others with it; writes keep copies and counts up."

UPKEEP = "mongodb/upkeep/"
"""Where the scripts lie that find copies and counts that are no longer true."""


def design_document(result: DesignResult) -> str:
    """Render the design document."""
    blocks: list[Block] = [Heading(level=1, words=(result.plan.name,))]
    if result.plan.about:
        blocks.append(Paragraph((result.plan.about,)))
    blocks.append(Paragraph(_opening(result)))
    if result.postgres is not None:
        blocks += _part("Tables", overview.tables(result, link=lambda name: f"dictionary.md#{anchor(name)}"))
        blocks += _diagram(result, POSTGRES)
    held = collections(result, link=lambda name: f"dictionary.md#{anchor(collection_title(name))}")
    blocks += _part("Collections", held, before=NESTED)
    blocks += _diagram(result, MONGO)
    kept = kept_references(result) if result.mongo is not None else None
    blocks += _part("References", overview.references(result, kept=kept), before=WATCHED if kept is not None else None)
    blocks += _part("Access patterns", workload.patterns(result), before=workload.assumed_targets(result))
    blocks += _part("Transactions", workload.transactions(result, is_linked=True))
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
    schema, documents = result.schema, result.documents
    pinned = sum(decision.is_pinned for decision in result.decisions)
    made, holds = [], []
    if result.postgres is not None:
        parts = ((len(schema.tables), "table"), (len(schema.materialized_views), "materialized view"))
        made.append(_made(f"PostgreSQL {schema.version}", parts))
        holds.append("column")
    if result.mongo is not None:
        made.append(_made(f"MongoDB {documents.version}", ((len(documents.collections), "collection"),)))
        holds.append("field of a document")
    counts = (
        (len(result.resolved.patterns), "access pattern"),
        (len(result.decisions), "decision"),
        (len(result.assumptions), "assumption"),
    )
    rest = ", ".join(counted(number, word) for number, word in counts if number)
    said = f" {pinned} of the decisions {'is' if pinned == 1 else 'are'} pinned by the plan." if pinned else ""
    return (
        f"{'; '.join((*made, *((rest,) if rest else ())))}.{said} What a real engine said of it is in ",
        Link("report.html", "report.html"),
        f"; every {' and every '.join(holds)} is in the ",
        Link("data dictionary", "dictionary.md"),
        ".",
    )


def _made(engine: str, counts: tuple[tuple[int, str], ...]) -> str:
    parts = ", ".join(counted(number, word) for number, word in counts if number)
    return f"{engine}: {parts}" if parts else engine


def _diagram(result: DesignResult, engine: str) -> tuple[Block, ...]:
    """Return the diagram of an engine under a heading, as a picture where there is one; nothing without boxes."""
    drawing = next((each for each in drawings(result) if each.engine == engine), None)
    if drawing is None:
        return ()
    heading = Heading(level=2, words=("Diagram" if engine == POSTGRES else drawing.title,))
    source = Source(language="mermaid", text=drawing.mermaid)
    if drawing.picture is None:
        return heading, source
    picture = Picture(about=drawing.title, target=drawing.picture_file)
    return heading, picture, Fold(summary=("The same as Mermaid",), blocks=(source,))


def _decisions(result: DesignResult) -> tuple[Block, ...]:
    if not result.decisions:
        return ()
    shaping = shaping_decisions(result)
    return (
        Heading(level=2, words=("Decisions",)),
        *((shaping,) if shaping else ()),
        *(block for engine in result.engines for block in _indexes(result, engine)),
        Heading(level=3, words=(f"All {len(result.decisions):,}, with what was rejected",)),
        how_to_pin(),
        *decisions_as_lists(result),
    )


def _indexes(result: DesignResult, engine: str) -> tuple[Block, ...]:
    built = indexes(result, engine=engine)
    if built is None:
        return ()
    title = f"Indexes of {NAMES[engine]}" if len(result.engines) > 1 else "Indexes"
    return Heading(level=3, words=(title,)), built


def _described(result: DesignResult) -> str:
    tables = ("every table, column, constraint and index",) if result.postgres is not None else ()
    documents = ("every collection, field, rule and index",) if result.mongo is not None else ()
    return "; ".join((*tables, *documents))


def _files(result: DesignResult) -> Grid:
    rows: list[tuple[Words, Words]] = [
        ((Link("report.html", "report.html"),), ("this design as one page, with what a real engine said of it",)),
        ((Link("dictionary.md", "dictionary.md"),), (_described(result),)),
        *(_postgres_files() if result.postgres is not None else ()),
        *(_mongo_files(result) if result.mongo is not None else ()),
        *(_drawn(each) for each in drawings(result)),
        (
            (Link("decisions.json", "decisions.json"),),
            ("decisions and assumptions, for ", Code("groundplan why"), " and other programs"),
        ),
        ((Link("evidence.json", "evidence.json"),), ("what the engine said, claim by claim, for programs",)),
    ]
    return Grid(header=("file", "holds"), rows=tuple(rows))


def _drawn(drawing: Drawing) -> tuple[Words, Words]:
    picture: Words = (", ", Link("er.svg", drawing.picture_file)) if drawing.picture is not None else ()
    about = "the diagram" if drawing.engine == POSTGRES else "the diagram of the documents"
    return (Link(drawing.text_file, drawing.text_file), *picture), (about,)


def _postgres_files() -> tuple[tuple[Words, Words], ...]:
    up, down = "postgres/migrations/0001_initial.up.sql", "postgres/migrations/0001_initial.down.sql"
    schema = "postgres/schema.sql"
    return (
        ((Link(schema, schema),), ("the whole schema",)),
        (
            (Link("postgres/migrations/", "postgres/migrations/"),),
            ("the first one, ", Link("up", up), " and ", Link("down", down)),
        ),
        ((Link("postgres/queries/", "postgres/queries/"),), ("the SQL of every access pattern and transaction",)),
    )


def _upkeep_files() -> tuple[tuple[Words, Words], ...]:
    about = "for each copy and count: what has drifted from the truth, and what mends it"
    return (((Link(UPKEEP, UPKEEP),), (about,)),)


def _mongo_files(result: DesignResult) -> tuple[tuple[Words, Words], ...]:
    schema, json, python = "mongodb/schema.js", "mongodb/schema.json", "mongodb/schema.py"
    types, models, revert = "mongodb/types.ts", "mongodb/models.py", "mongodb/revert.js"
    return (
        (
            (Link(schema, schema), ", ", Link("json", json), ", ", Link("py", python)),
            ("every collection with its validator and indexes, for mongosh, as JSON and for pymongo",),
        ),
        ((Link(revert, revert),), ("the way back: it drops what schema.js made",)),
        ((Link("mongodb/validators/", "mongodb/validators/"),), ("the validator of each collection by itself",)),
        (
            (Link("mongodb/queries/", "mongodb/queries/"),),
            ("every access pattern and transaction in JavaScript and in Python",),
        ),
        *(_upkeep_files() if any(path.startswith(UPKEEP) for path in result.statements) else ()),
        ((Link(types, types), ", ", Link("models.py", models)), ("the documents as TypeScript and as Pydantic types",)),
    )
