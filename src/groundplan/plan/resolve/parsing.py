"""Parses masked formulas with sqlglot.

Importing it takes 0.1 s, so nobody imports this module, or one that does, before there is a formula.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from groundplan.plan.defects import OutsideLanguage, UnreadableFormula
from groundplan.plan.expressions import Operator
from groundplan.plan.resolve.masking import RAW_SQL
from groundplan.plan.resolve.phrases import Phrase
from groundplan.plan.resolve.reading import Reading

MAX_DEPTH = 100
"""Deepest expression read; whoever walks one recurses."""

OPERATORS: dict[type[exp.Expr], Operator] = {
    exp.EQ: Operator.EQUAL,
    exp.NEQ: Operator.NOT_EQUAL,
    exp.LT: Operator.LESS,
    exp.LTE: Operator.LESS_EQUAL,
    exp.GT: Operator.GREATER,
    exp.GTE: Operator.GREATER_EQUAL,
    exp.Add: Operator.PLUS,
    exp.Sub: Operator.MINUS,
    exp.Mul: Operator.TIMES,
    exp.Div: Operator.DIVIDE,
    exp.Mod: Operator.MODULO,
    exp.DPipe: Operator.CONCATENATE,
    exp.ArrayOverlaps: Operator.OVERLAPS,
    exp.ArrayContainsAll: Operator.CONTAINS,
    exp.ArrayContainedBy: Operator.CONTAINED,
    exp.JSONBContainsTopKey: Operator.HAS_KEY,
    exp.JSONExtract: Operator.GET,
    exp.JSONExtractScalar: Operator.GET_TEXT,
    exp.Like: Operator.LIKE,
    exp.ILike: Operator.ILIKE,
    exp.RegexpLike: Operator.MATCHES,
    exp.RegexpILike: Operator.MATCHES_ANY_CASE,
}
"""Binary operators, by sqlglot's node for them."""


def parse(phrase: Phrase, reading: Reading) -> exp.Expr | None:
    """Parse a masked formula; None where that fails, and then `reading` holds why."""
    try:
        tree = sqlglot.parse_one(phrase.masked, dialect="postgres", into=exp.Condition)
    except ParseError as error:
        column = error.errors[0].get("col") if error.errors else None
        _refuse(phrase.at if column is None else phrase.place_of(int(column) - 1), reading)
        return None
    if not all(_is_placeholder(column) for column in tree.find_all(exp.Column)):
        _refuse(phrase.at, reading)  # a keyword taken for a name, as in `a between b is null and c`
        return None
    if _depth(tree) > MAX_DEPTH:
        construct = f"more than {MAX_DEPTH} operators in a row"
        reading.report(OutsideLanguage(construct=construct, instead=RAW_SQL, origin=reading.at(phrase.at)))
        return None
    return tree


def _refuse(at: int, reading: Reading) -> None:
    expected = "a complete expression"
    reading.report(UnreadableFormula(found="something else", expected=expected, origin=reading.at(at)))


def _is_placeholder(column: exp.Column) -> bool:
    return isinstance(column.this, exp.Identifier) and bool(column.this.quoted) and not column.table


def _depth(tree: exp.Expr) -> int:
    """Return how deep a tree is; a row of ANDs or ORs, which becomes one node, counts once."""
    deepest = 0
    pending: list[tuple[exp.Expr, int]] = [(tree, 1)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        for child in node.iter_expressions():
            is_row = isinstance(node, exp.And | exp.Or) and type(child) is type(node)
            pending.append((child, depth if is_row else depth + 1))
    return deepest


def row_of(node: exp.Expr) -> tuple[exp.Expr, ...]:
    """Return the operands of a row of ANDs or of ORs, in reading order."""
    found: list[exp.Expr] = []
    pending = [node]
    while pending:
        part = pending.pop()
        if type(part) is type(node):
            pending += [part.expression, part.this]
        else:
            found.append(part)
    return tuple(found)
