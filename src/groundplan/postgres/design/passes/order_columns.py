"""Order columns so that rows waste few bytes on padding: the key, references, wide fixed columns, then the rest."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.amounts import bytes_in_words
from groundplan.base.decisions import Alternative, Decision, Input, settle
from groundplan.logical.model import Relation, Role
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.widths import Width, row_bytes, stored_attribute, width_of
from groundplan.postgres.model import Column, Table

ALIGNED = "aligned"
DECLARED = "as declared"
BY_NAME = "by name"


def order_columns(draft: Draft) -> Draft:
    """Order columns so that rows waste few bytes on padding: the key, references, wide fixed columns, then the rest.

    Columns of one kind go by name, so that the order in which a plan declares attributes means nothing.
    """
    enums = tuple(enum.name for enum in draft.schema.enums)
    tables: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations.get(table.name)
        if relation is None:
            tables.append(table)
            continue
        widths = {
            column.name: width_of(column, stored_attribute(relation, table, column.name), enums=enums)
            for column in table.columns
        }
        aligned = sorted(table.columns, key=lambda column: _place(column, table, relation, widths[column.name]))
        declared = _as_declared(draft, relation, table)
        pin = f"postgres.{relation.source}.columns"
        choice = settle(draft.pins, key=pin, default=ALIGNED, among=(ALIGNED, DECLARED))
        columns = aligned if choice.value == ALIGNED else declared
        tables.append(replace(table, columns=tuple(columns)))
        sizes = {
            ALIGNED: row_bytes(widths[column.name] for column in aligned),
            BY_NAME: row_bytes(widths[name] for name in sorted(widths)),
        }
        decisions.append(_decision(relation, pin=pin, choice=choice.value, is_pinned=choice.is_pinned, sizes=sizes))
    return draft.with_tables(tables, decisions=decisions)


def _place(column: Column, table: Table, relation: Relation, width: Width) -> tuple[int, int, bool, str]:
    key = table.primary_key.columns
    if column.name in key:
        return (0, key.index(column.name), False, "")
    if column.attribute is None:
        return (4, 0, False, column.name)
    if relation.attribute(column.attribute).role is Role.REFERENCE:
        return (1, -width.alignment, column.is_nullable, column.name)
    if width.is_fixed:
        return (2, -width.alignment, column.is_nullable, column.name)
    return (3, 0, column.is_nullable, column.name)


def _as_declared(draft: Draft, relation: Relation, table: Table) -> list[Column]:
    """Return the columns in the plan's order, references and times where the relation has them."""
    words: list[str] = []
    if relation.source in draft.facts.scope.entities:
        words = [attribute.name for attribute in draft.facts.scope.entity(relation.source).attributes]
    position = {word: place for place, word in enumerate(words)}

    def place(column: Column) -> tuple[int, int]:
        if column.attribute is None:
            return (3, 0)
        attribute = relation.attribute(column.attribute)
        if attribute.role is Role.PLAN:
            return (1, position.get(attribute.declared, len(position)))
        is_last = attribute.role in (Role.CREATED_AT, Role.UPDATED_AT, Role.DELETED_AT)
        return (2 if is_last else 0, 0)

    return sorted(table.columns, key=place)


def _decision(relation: Relation, *, pin: str, choice: str, is_pinned: bool, sizes: dict[str, float]) -> Decision:
    other = DECLARED if choice == ALIGNED else ALIGNED
    more = (sizes[BY_NAME] - sizes[ALIGNED]) * relation.rows.now
    why_not = {
        DECLARED: "a narrow column before a wide one leaves a gap, and the order of a plan's lines would count",
        ALIGNED: "the plan pins its own order",
    }
    return Decision(
        object=f"postgres.{relation.name}",
        topic="columns",
        choice=choice,
        rule="order_columns",
        reason=(
            "Key and references first, for people; then fixed widths, widest first, and those of any width last."
            if choice == ALIGNED
            else "The plan pins it."
        ),
        pin=pin,
        inputs=(
            Input(name="bytes a row, aligned", value=f"{sizes[ALIGNED]:,.0f}"),
            Input(name="bytes a row, by name", value=f"{sizes[BY_NAME]:,.0f}"),
            Input(name="rows", value=f"{relation.rows.now:,}"),
        ),
        alternatives=(
            Alternative(
                choice=other,
                why_not=why_not[other],
                cost=f"padding: {bytes_in_words(more)} more if it were by name"
                if choice == ALIGNED and more > 0
                else None,
            ),
        ),
        is_pinned=is_pinned,
        origin=relation.origin,
    )
