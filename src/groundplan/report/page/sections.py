"""The sections of the page, in order; what a design does not have gets none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundplan.prove.evidence import POSTGRES
from groundplan.prove.versions import NAMES
from groundplan.report import overview
from groundplan.report.blocks import Block, Code, Fold, Heading, Paragraph
from groundplan.report.collection_entries import collection_entry
from groundplan.report.dictionary import table_entry
from groundplan.report.documents import WATCHED, collections, kept_references
from groundplan.report.drawings import Drawing, drawings
from groundplan.report.explained import decisions_as_folds, how_to_pin, indexes, shaping_decisions
from groundplan.report.html import html, text_html
from groundplan.report.markdown import anchor
from groundplan.report.model import DesignResult
from groundplan.report.page.assets import filled
from groundplan.report.page.patterns import patterns_html

CLAIMS = '  <div id="refusals"></div>'
BEHAVIOURS = '  <div id="exercised"></div>\n  <div id="samples"></div>'
CRITERIA = '  <ol id="criteria-list"></ol>'
CHOICE = '  <div id="choice-made"></div>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section: `name` is what links lead to, `title` what it is headed by."""

    name: str
    title: str
    html: str


def sections(result: DesignResult) -> tuple[Section, ...]:
    """Return every section of the page."""
    return tuple(_sections(result))


def _sections(result: DesignResult) -> Iterator[Section]:
    shown = drawings(result)
    yield Section(name="diagram", title="Diagram" if len(shown) == 1 else "Diagrams", html=_diagrams(shown))
    yield Section(name="criteria", title="Criteria", html=CRITERIA)
    if len(result.engines) > 1:
        yield Section(name="choice", title="Choice of the engine", html=CHOICE)
    yield Section(name="patterns", title="Access patterns", html=patterns_html(result))
    if result.postgres is not None:
        yield Section(name="tables", title="Tables", html=html(_tables(result)))
    if result.mongo is not None:
        yield Section(name="collections", title="Collections", html=html(_collections(result)))
    yield Section(name="constraints", title="Constraints", html=CLAIMS)
    yield Section(name="behaviours", title="Behaviours", html=BEHAVIOURS)
    yield Section(name="decisions", title="Decisions", html=_decisions(result))
    yield Section(name="assumptions", title="Assumptions", html=html(_assumptions(result)))
    yield Section(name="schema", title="Schema", html=_scripts(result))


def _diagrams(shown: tuple[Drawing, ...]) -> str:
    parts = []
    for drawing in shown:
        if len(shown) > 1:
            parts.append(f"<h3>{NAMES[drawing.engine]}</h3>")
        is_tables = drawing.engine == POSTGRES
        parts.append(
            filled(
                "explorer.html",
                box="table" if is_tables else "collection",
                boxes="tables" if is_tables else "collections",
                row="column" if is_tables else "field",
                about=drawing.title,
                picture=drawing.picture or html(_no_picture(drawing)),
            )
        )
    return "\n".join(parts)


def _no_picture(drawing: Drawing) -> tuple[Block, ...]:
    if drawing.is_empty:
        return (Paragraph((f"The design has {drawing.shows.replace('0', 'no', 1)}.",)),)
    return (Paragraph(("The picture needs Graphviz: ", Code("pip install 'groundplan[diagrams]'"), ".")),)


def _tables(result: DesignResult) -> tuple[Block, ...]:
    entries = tuple(
        Fold(
            summary=(Code(each.name), f": {len(each.columns)} columns"),
            blocks=table_entry(each, logical=result.logical),
            kind="entry",
            anchor=_anchor("table", each.name),
        )
        for each in result.schema.tables
    )
    listed = overview.tables(result, link=lambda name: f"#{_anchor('table', name)}")
    by_column: tuple[Block, ...] = (Heading(level=3, words=("Column by column",)), *entries) if entries else ()
    kept = kept_references(result) if result.mongo is not None else None
    return (
        *((listed,) if listed else (Paragraph(("None.",)),)),
        *_headed("References", overview.references(result, kept=kept)),
        *_headed("How rows end", overview.endings(result)),
        *_headed("Work to schedule", overview.schedule(result)),
        *by_column,
    )


def _collections(result: DesignResult) -> tuple[Block, ...]:
    entries = tuple(
        Fold(
            summary=(Code(each.name), f": {len(each.document.fields)} fields at the top"),
            blocks=collection_entry(each, logical=result.logical),
            kind="entry",
            anchor=_anchor("collection", each.name),
        )
        for each in result.documents.collections
    )
    listed = collections(result, link=lambda name: f"#{_anchor('collection', name)}")
    by_field: tuple[Block, ...] = (Heading(level=3, words=("Field by field",)), *entries) if entries else ()
    return (
        *((listed,) if listed else (Paragraph(("None.",)),)),
        Paragraph((WATCHED,)),
        *(_only_documents(result) if result.postgres is None else ()),
        *by_field,
    )


def _only_documents(result: DesignResult) -> tuple[Block, ...]:
    """Return what the tables' section says of a design that has tables."""
    return (
        *_headed("References", overview.references(result, kept=kept_references(result))),
        *_headed("How rows end", overview.endings(result)),
    )


def _anchor(kind: str, name: str) -> str:
    return f"{kind}-{anchor(name)}"


def _headed(title: str, content: Block | None) -> tuple[Block, ...]:
    return (Heading(level=3, words=(title,)), content) if content else ()


def _decisions(result: DesignResult) -> str:
    shaping = shaping_decisions(result)
    built: list[Block] = []
    for engine in result.engines:
        title = f"Indexes of {NAMES[engine]}" if len(result.engines) > 1 else "Indexes"
        built += _headed(title, indexes(result, engine=engine))
    return filled(
        "decisions.html",
        shaping=html((*((shaping,) if shaping else ()), *built)),
        pinning=html((how_to_pin(),)),
        decisions=html(decisions_as_folds(result)),
    )


def _assumptions(result: DesignResult) -> tuple[Block, ...]:
    given = overview.assumptions(result)
    said = "The plan does not give these numbers." if given else "None: the plan gives every number."
    return (Paragraph((said,)), *((given,) if given else ()), *_headed("Notes", overview.notes(result)))


def _scripts(result: DesignResult) -> str:
    """Return what creates the tables and collections, folded."""
    scripts = ("postgres/schema.sql", "mongodb/schema.js")
    folds = (
        f"  <details><summary>{name}</summary><pre><code>{text_html(result.statements[name])}</code></pre></details>"
        for name in scripts
        if name in result.statements
    )
    return "\n".join(folds) or "  <p>None.</p>"
