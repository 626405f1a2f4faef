"""Indexes of tables and materialized views."""

from __future__ import annotations

from groundplan.plan.expressions import Local
from groundplan.postgres.ddl.columns import row_expression
from groundplan.postgres.ddl.constraints import columns_of, quote_list
from groundplan.postgres.ddl.remarks import enumerated, fitted, remark
from groundplan.postgres.model import Index, IndexKey, IndexMethod
from groundplan.postgres.quoting import quote_identifier, quote_identifiers


def create_index(index: Index, *, on: str) -> str:
    """Return CREATE INDEX on a table or materialized view, with what the index is there for."""
    head = "CREATE UNIQUE INDEX" if index.is_unique else "CREATE INDEX"
    using = "" if index.method is IndexMethod.BTREE else f" USING {index.method.value}"
    keys = ", ".join(index_key(key) for key in index.keys)
    parts = [f"{head} {quote_identifier(index.name)} ON {quote_identifier(on)}{using} ({keys})"]
    if index.include:
        parts.append(f"INCLUDE ({quote_identifiers(index.include)})")
    if index.where is not None:
        parts.append(f"WHERE {row_expression(index.where)}")
    statement = fitted(parts, indent="    ") + ";"
    what = _purpose(index)
    return statement if what is None else f"{remark(what)}\n{statement}"


def index_key(key: IndexKey) -> str:
    """Return one key of an index; the direction and place of NULLs are written where they are not the default."""
    expression = row_expression(key.expression)
    parts = [expression if isinstance(key.expression, Local) else f"({expression})"]
    if key.operator_class is not None:
        parts.append(quote_identifier(key.operator_class))
    if key.is_descending:
        parts.append("DESC")
    if key.is_nulls_first != key.is_descending:
        parts.append("NULLS FIRST" if key.is_nulls_first else "NULLS LAST")
    return " ".join(parts)


def _purpose(index: Index) -> str | None:
    reasons = [f"serves {enumerated(index.serves)}"] if index.serves else []
    if index.is_unique:
        columns = tuple(dict.fromkeys(column for key in index.keys for column in columns_of(key.expression)))
        reasons.insert(0, f"no two rows share {quote_list(columns)}")
    return "; ".join(reasons) or None
