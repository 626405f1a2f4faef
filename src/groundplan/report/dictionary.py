"""dictionary.md: every table and collection, column and field, rule and index, with what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from groundplan.logical.model import LogicalModel, RelationKind
from groundplan.postgres.design.text import in_words, key_in_words
from groundplan.postgres.model import (
    AuditTrigger,
    Column,
    ForeignKey,
    Index,
    MaterializedView,
    SoftDeleteTrigger,
    Table,
    TouchTrigger,
    Trigger,
)
from groundplan.report.blocks import Block, Code, Grid, Heading, Link, Paragraph, Words, codes, joined, trimmed
from groundplan.report.collection_entries import collection_entry
from groundplan.report.documents import collection_title
from groundplan.report.markdown import anchor, markdown
from groundplan.report.model import DesignResult
from groundplan.report.overview import what_it_holds
from groundplan.report.spans import span


def data_dictionary(result: DesignResult) -> str:
    """Render the data dictionary; holds no measured value."""
    blocks: list[Block] = [Heading(level=1, words=(f"Data dictionary: {result.plan.name}",))]
    entries = tuple(_entries(result))
    if entries:
        links: list[Words] = [(Link(title, f"#{anchor(title)}"),) for title, _ in entries]
        blocks.append(Paragraph(joined(links, separator=" · ")))
    for title, entry in entries:
        blocks += [Heading(level=2, words=(title,)), *entry]
    return markdown(blocks)


def _entries(result: DesignResult) -> Iterator[tuple[str, tuple[Block, ...]]]:
    """Yield what has an entry of its own, by its title: tables and views, then collections and theirs."""
    schema, documents = result.schema, result.documents
    for each in schema.tables:
        yield each.name, table_entry(each, logical=result.logical)
    for view in schema.views:
        says: Words = ("A view: the rows of ", Code(view.table), " where ", Code(in_words(view.where)), ".")
        yield view.name, (Paragraph(says),)
    for stored in schema.materialized_views:
        yield stored.name, _stored(stored)
    for collection in documents.collections:
        yield collection_title(collection.name), collection_entry(collection, logical=result.logical)
    for live in documents.views:
        says = ("A view: the documents of ", Code(live.collection), " without ", Code(live.marker), ".")
        yield collection_title(live.name), (Paragraph(says),)


def table_entry(each: Table, *, logical: LogicalModel) -> tuple[Block, ...]:
    """Return what a table holds and what guards it."""
    indexes = tuple(_index(index) for index in each.indexes)
    triggers = tuple(((Code(entry.name),), _trigger(entry)) for entry in each.triggers)
    about: Words = (each.comment,) if each.comment else _linking(each, logical)
    found: list[Block] = [Paragraph(about)] if about else []
    found.append(
        trimmed(
            Grid(
                header=("column", "type", "is", "default", "about"),
                rows=tuple(_column(column, each) for column in each.columns),
            )
        )
    )
    found.append(Grid(header=("constraint", "says"), rows=tuple(_constraints(each))))
    if indexes:
        found.append(trimmed(Grid(header=("index", "on", "for"), rows=indexes)))
    if triggers:
        found.append(Grid(header=("trigger", "does"), rows=triggers))
    return tuple(found)


def _linking(each: Table, logical: LogicalModel) -> Words:
    """Say of a table that holds the links of an n:m relationship what these link; nothing of any other."""
    relation = next((relation for relation in logical.relations if relation.name == each.relation), None)
    if relation is None or relation.kind is not RelationKind.LINK:
        return ()
    return ("A row ", *what_it_holds(relation), f": {relation.source}.")


def _stored(view: MaterializedView) -> tuple[Block, ...]:
    says: Words = (
        "A materialized view: the stored answer of ",
        Code(view.pattern),
        f", to be refreshed every {span(view.refresh_seconds)}.",
    )
    return (
        Paragraph(says),
        Grid(header=("column", "type"), rows=tuple(((Code(name),), (Code(kind),)) for name, kind in view.columns)),
        *(
            (trimmed(Grid(header=("index", "on", "for"), rows=tuple(map(_index, view.indexes)))),)
            if view.indexes
            else ()
        ),
    )


def _column(column: Column, each: Table) -> tuple[Words, ...]:
    marks = ["key"] if column.name in each.primary_key.columns else []
    marks.extend("reference" for key in each.foreign_keys if column.name in key.columns)
    marks.append("optional" if column.is_nullable else "required")
    if column.is_secret:
        marks.append("secret")
    about: Words = (column.comment,) if column.comment else ()
    return (Code(column.name),), (Code(column.type),), (", ".join(dict.fromkeys(marks)),), _given(column), about


def _given(column: Column) -> Words:
    if column.is_identity:
        return ("identity",)
    if column.generated is not None:
        return ("always ", Code(in_words(column.generated)))
    return () if column.default is None else (Code(in_words(column.default)),)


def _constraints(each: Table) -> Iterator[tuple[Words, Words]]:
    yield (Code(each.primary_key.name),), ("primary key ", *codes(each.primary_key.columns))
    for unique in each.unique:
        yield (Code(unique.name),), ("unique ", *codes(unique.columns))
    for key in each.foreign_keys:
        yield (Code(key.name),), _foreign_key(key)
    for check in each.checks:
        yield (Code(check.name),), (Code(in_words(check.condition)),)
    for exclusion in each.exclusions:
        members = " and ".join(f"{name} {operator}" for name, operator in exclusion.members)
        where: Words = (" where ", Code(in_words(exclusion.where))) if exclusion.where is not None else ()
        yield (Code(exclusion.name),), ("no two rows with ", Code(members), *where)


def _foreign_key(key: ForeignKey) -> Words:
    emptied: Words = (" (", *codes(key.set_columns), ")") if key.set_columns else ()
    return (
        *codes(key.columns),
        " refers to ",
        Code(f"{key.target} ({', '.join(key.target_columns)})"),
        f"; on delete {key.on_delete.value}",
        *emptied,
        f", on update {key.on_update.value}",
        ", checked at the end of the transaction" if key.is_deferrable else "",
    )


def _index(index: Index) -> tuple[Words, ...]:
    keys = ", ".join(key_in_words(key) for key in index.keys)
    unique = "unique, " if index.is_unique else ""
    include: Words = (" including ", *codes(index.include)) if index.include else ()
    where: Words = (" where ", Code(in_words(index.where))) if index.where is not None else ()
    on: Words = (f"{unique}{index.method.value} ", Code(keys), *include, *where)
    return (Code(index.name),), on, (", ".join(index.serves),)


def _trigger(trigger: Trigger) -> Words:
    match trigger:
        case TouchTrigger():
            return "sets ", Code(trigger.column), " on every update"
        case AuditTrigger():
            hidden: Words = (", never ", *codes(trigger.hidden)) if trigger.hidden else ()
            return "writes who, when, what and the changed columns to ", Code(trigger.audit_table), *hidden
        case SoftDeleteTrigger():
            return "carries a soft delete (", Code(trigger.column), ") on to what refers to the row"
        case _:
            assert_never(trigger)
