"""Store a search vector for each set of attributes that reads search, kept by the engine itself."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.model import Relation
from groundplan.plan.expressions import Binary, Call, Cast, Expression, Literal, Local, Operator
from groundplan.plan.patterns import ReadPattern
from groundplan.plan.types import Text
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.indexing.special import VECTOR, searched_columns
from groundplan.postgres.design.text import in_words
from groundplan.postgres.model import Column, Table

_WEIGHTS = "ABCD"
_COLUMN = "search"

Searched = tuple[tuple[str, ...], str]
"""The columns searched, by falling weight, and the language."""


def store_search_vectors(draft: Draft) -> Draft:
    """Store a search vector for each set of attributes that reads search, kept by the engine itself."""
    wanted: dict[str, dict[Searched, list[ReadPattern]]] = {}
    for pattern in draft.facts.reads:
        if pattern.search is not None:
            relation = draft.facts.lookup.of_source(pattern.entity)
            found = (searched_columns(pattern.search, facts=draft.facts), pattern.search.language)
            wanted.setdefault(relation.name, {}).setdefault(found, []).append(pattern)
    tables: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        taken = [column.name for column in table.columns]
        added: list[Column] = []
        for (columns, language), patterns in wanted.get(table.name, {}).items():
            is_only = len(wanted[table.name]) == 1
            name = _unused(_COLUMN if is_only else f"{_COLUMN}_{patterns[0].name}", taken=taken)
            taken.append(name)
            column = Column(
                name=name,
                type=VECTOR,
                is_nullable=True,
                generated=_vector(table, columns, language=language),
                origin=patterns[0].origin,
            )
            added.append(column)
            decisions.append(_decision(draft.facts.relations[table.name], column, patterns))
        tables.append(replace(table, columns=(*table.columns, *added)))
    return draft.with_tables(tables, decisions=decisions)


def _unused(wish: str, *, taken: list[str]) -> str:
    name, number = wish, 1
    while name in taken:
        number += 1
        name = f"{wish}_{number}"
    return name


def _vector(table: Table, columns: tuple[str, ...], *, language: str) -> Expression:
    """Join the vectors of the columns, weighted; NULL in one of them must not erase the others."""
    parts: list[Expression] = []
    for position, name in enumerate(columns):
        column: Expression = Local(name)
        if table.column(name).type == "citext":
            column = Cast(column, Text())
        words = Call("to_tsvector", (Literal(value=language), Call("coalesce", (column, Literal(value="")))))
        weight = _WEIGHTS[min(position, len(_WEIGHTS) - 1)]
        parts.append(Call("setweight", (words, Literal(value=weight))))
    vector = parts[0]
    for part in parts[1:]:
        vector = Binary(Operator.CONCATENATE, vector, part)
    return vector


def _decision(relation: Relation, column: Column, patterns: list[ReadPattern]) -> Decision:
    return Decision(
        object=f"postgres.{relation.name}.{column.name}",
        topic="search",
        choice=f"{VECTOR} GENERATED ALWAYS AS ({in_words(column.generated)}) STORED" if column.generated else VECTOR,
        rule="store_search_vectors",
        reason="The words are taken apart once when a row is written; queries name a column and cannot miss the index.",
        pin=f"postgres.{patterns[0].name}.search",
        inputs=(Input(name="searched by", value=", ".join(pattern.name for pattern in patterns)),),
        alternatives=(
            Alternative(
                choice="an index on the expression",
                why_not="not built: every query has to repeat the expression to the letter, or misses the index",
                cost="the vector's bytes less in each row",
            ),
            Alternative(
                choice="trigram",
                why_not="not built: finds parts of words, where the plan asks for whole words of a language",
            ),
        ),
        origin=column.origin,
    )
