"""Require the extensions that types, operator classes and functions of the schema come from."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.plan.expressions import Call, Expression, Local, walk
from groundplan.plan.patterns import ReadPattern
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.model import IndexMethod, Schema, Table

_BUILT_INTO_GIST = (
    "int8range",
    "numrange",
    "daterange",
    "tstzrange",
    "int4range",
    "polygon",
    "point",
    "box",
    "tsvector",
)
"""Types with a GiST operator class of their own (manual 65.2); any other takes btree_gist."""


def require_extensions(draft: Draft) -> Draft:
    """Require the extensions that types, operator classes and functions of the schema come from.

    An extension comes after those it builds on (earthdistance after cube).
    """
    needed = _needed(draft.schema)
    for pattern in draft.resolved.patterns:
        if isinstance(pattern, ReadPattern) and pattern.near is not None:
            needed.setdefault("cube", set()).add(pattern.name)
            needed.setdefault("earthdistance", set()).add(pattern.name)
    names = tuple(name for name in _IN_ORDER if name in needed)
    decisions = tuple(
        Decision(
            object=f"postgres.{name}",
            topic="extension",
            choice=name,
            rule="require_extensions",
            reason=_IN_ORDER[name],
            pin=f"postgres.{name}.extension",
            inputs=(Input(name="needed by", value=", ".join(sorted(needed[name]))),),
            alternatives=(
                Alternative(choice="none", why_not="not to be had: the objects that need it would not load"),
            ),
            origin=draft.resolved.plan.origin,
        )
        for name in names
    )
    return replace(draft, schema=replace(draft.schema, extensions=names), decisions=(*draft.decisions, *decisions))


_IN_ORDER = {
    "citext": "Text that compares without case.",
    "cube": "What earthdistance is built on.",
    "earthdistance": "Distances on the earth's surface, and the boxes that GiST finds them by.",
    "btree_gist": "Equality inside a GiST index, beside what overlaps.",
    "pg_trgm": "Parts of words, by the groups of three letters they hold.",
    "vector": "Embeddings.",
}


def _needed(schema: Schema) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table in schema.tables:
        for column in table.columns:
            base = column.type.removesuffix("[]").partition("(")[0]
            if base in ("citext", "vector"):
                found.setdefault(base, set()).add(f"{table.name}.{column.name}")
        for index in table.indexes:
            for key in index.keys:
                if key.operator_class == "gin_trgm_ops":
                    found.setdefault("pg_trgm", set()).add(index.name)
                if _calls(key.expression, "ll_to_earth"):
                    found.setdefault("cube", set()).add(index.name)
                    found.setdefault("earthdistance", set()).add(index.name)
            if index.method is IndexMethod.GIST and _has_scalar(table, [key.expression for key in index.keys]):
                found.setdefault("btree_gist", set()).add(index.name)
        for exclusion in table.exclusions:
            types = [table.column(column).type for column, _ in exclusion.members]
            if any(type_name not in _BUILT_INTO_GIST for type_name in types):
                found.setdefault("btree_gist", set()).add(exclusion.name)
    return found


def _calls(expression: Expression, function: str) -> bool:
    return any(isinstance(node, Call) and node.function == function for node in walk(expression))


def _has_scalar(table: Table, expressions: list[Expression]) -> bool:
    """Tell whether a GiST index has a key that GiST knows no operator class of its own for."""
    return any(
        table.column(expression.name).type not in _BUILT_INTO_GIST
        if isinstance(expression, Local)
        else not _calls(expression, "ll_to_earth")
        for expression in expressions
    )
