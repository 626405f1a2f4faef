"""Expressions of the plan evaluated on logical rows, with the three-valued logic and the arithmetic of SQL."""

from groundplan.rows.expressions.evaluate import Row, SlotOf, compile_expression, constant_of
from groundplan.rows.expressions.values import CannotEvaluate, Span

__all__ = ["CannotEvaluate", "Row", "SlotOf", "Span", "compile_expression", "constant_of"]
