"""Names, values and expressions as SQL text: the one place that quotes."""

from groundplan.postgres.quoting.expressions import expression_sql
from groundplan.postgres.quoting.identifiers import quote_identifier, quote_identifiers
from groundplan.postgres.quoting.literals import array_constant, literal, quote_text
from groundplan.postgres.quoting.types import cast_type, type_sql

__all__ = [
    "array_constant",
    "cast_type",
    "expression_sql",
    "literal",
    "quote_identifier",
    "quote_identifiers",
    "quote_text",
    "type_sql",
]
