"""Constraints that stand inside CREATE TABLE: keys, checks and exclusions."""

from __future__ import annotations

import re

from groundplan.plan.expressions import AnyOf, Expression, Local, conjuncts, walk
from groundplan.postgres.ddl.columns import row_expression
from groundplan.postgres.ddl.remarks import enumerated, fitted
from groundplan.postgres.model import Check, ExclusionConstraint, PrimaryKey, Schema, Table, UniqueConstraint
from groundplan.postgres.quoting import quote_identifier, quote_identifiers

_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|`?]{1,63}")

Definition = tuple[str, str]
"""What a constraint is for, and its definition."""


def primary_key(key: PrimaryKey) -> Definition:
    """Return the definition of a primary key."""
    definition = f"CONSTRAINT {quote_identifier(key.name)} PRIMARY KEY ({quote_identifiers(key.columns)})"
    return "identifies a row", definition


def unique(constraint: UniqueConstraint, *, table: Table, schema: Schema) -> Definition:
    """Return the definition of a unique constraint; its purpose names the foreign keys that point at it."""
    pointing = [
        f"{other.name}.{quote_list(key.columns)}"
        for other in schema.tables
        for key in other.foreign_keys
        if key.target == table.name and key.target_columns == constraint.columns
    ]
    what = (
        f"what {enumerated(pointing)} points at" if pointing else f"no two rows share {quote_list(constraint.columns)}"
    )
    definition = f"CONSTRAINT {quote_identifier(constraint.name)} UNIQUE ({quote_identifiers(constraint.columns)})"
    return what, definition


def check(constraint: Check) -> Definition:
    """Return the definition of a check."""
    parts = [_conjunct(part, of=constraint.condition) for part in conjuncts(constraint.condition)]
    lines = [
        f"CONSTRAINT {quote_identifier(constraint.name)} CHECK ({parts[0]}",
        *(f"AND {part}" for part in parts[1:]),
    ]
    definition = fitted(lines, indent=" " * 8) + ")"
    return f"limits {enumerated(columns_of(constraint.condition)) or 'every row'}", definition


def _conjunct(part: Expression, *, of: Expression) -> str:
    sql = row_expression(part)
    return f"({sql})" if isinstance(part, AnyOf) and part is not of else sql


def exclusion(constraint: ExclusionConstraint) -> Definition:
    """Return the definition of an exclusion constraint; raises ValueError for what is no operator."""
    members = ", ".join(
        f"{quote_identifier(column)} WITH {operator_sql(operator)}" for column, operator in constraint.members
    )
    where = "" if constraint.where is None else f" WHERE ({row_expression(constraint.where)})"
    what = enumerated(f"{column} {operator}" for column, operator in constraint.members)
    definition = f"CONSTRAINT {quote_identifier(constraint.name)} EXCLUDE USING gist ({members}){where}"
    return f"no two rows with {what}", definition


def operator_sql(operator: str) -> str:
    """Return an operator as it is; raises ValueError for what PostgreSQL reads as anything else (manual 4.1.3)."""
    if _OPERATOR.fullmatch(operator) is None or "--" in operator or "/*" in operator:
        raise ValueError(f"not an operator: {operator!r}")
    return operator


def columns_of(expression: Expression) -> tuple[str, ...]:
    """Return the columns that an expression reads, each once, in reading order."""
    return tuple(dict.fromkeys(node.name for node in walk(expression) if isinstance(node, Local)))


def quote_list(columns: tuple[str, ...]) -> str:
    """Return columns for a comment: `slug`, or `(post_id, id)`."""
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
