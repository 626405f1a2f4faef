"""Pieces of the design in a few words, as decisions show them."""

from __future__ import annotations

from groundplan.plan.expressions import Expression, Local, Path
from groundplan.postgres.model import Index, IndexKey
from groundplan.postgres.quoting import expression_sql


def in_words(expression: Expression) -> str:
    """Return an expression over the columns of one row as SQL, names bare for readers."""
    return expression_sql(expression, name=_bare)


def _bare(name: Path | Local) -> str:
    if isinstance(name, Path):
        return ".".join((*(hop.relationship.partition(".")[2] for hop in name.hops), name.attribute or "key"))
    return name.name


def key_in_words(key: IndexKey) -> str:
    """Return one key of an index: `published_at DESC`."""
    text = in_words(key.expression)
    if not isinstance(key.expression, Local):
        text = f"({text})"
    if key.operator_class is not None:
        text += f" {key.operator_class}"
    if key.is_descending:
        text += " DESC"
    if key.is_nulls_first != key.is_descending:
        text += " NULLS FIRST" if key.is_nulls_first else " NULLS LAST"
    return text


def index_in_words(index: Index) -> str:
    """Return what an index is: `btree (post_id, created_at, id) WHERE is_approved`."""
    unique = "unique " if index.is_unique else ""
    text = f"{unique}{index.method.value} ({', '.join(key_in_words(key) for key in index.keys)})"
    if index.include:
        text += f" INCLUDE ({', '.join(index.include)})"
    if index.where is not None:
        text += f" WHERE {in_words(index.where)}"
    return text
