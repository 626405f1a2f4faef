"""Every rule about designs, by code."""

from __future__ import annotations

from groundplan.base.diagnostics import Diagnostic, in_reading_order
from groundplan.base.rule import Rule
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.rules import (
    pd001_pin_of_nothing,
    pd002_pin_not_honoured,
    pd003_soft_delete_destroys,
    pd004_index_seldom_used,
    pd005_shared_columns_cleared,
    pd006_beyond_the_engine,
)

DESIGN_RULES: tuple[Rule[Draft], ...] = (
    pd001_pin_of_nothing.RULE,
    pd002_pin_not_honoured.RULE,
    pd003_soft_delete_destroys.RULE,
    pd004_index_seldom_used.RULE,
    pd005_shared_columns_cleared.RULE,
    pd006_beyond_the_engine.RULE,
)


def findings_of(draft: Draft) -> tuple[Diagnostic, ...]:
    """Return what all rules find in a finished design, in reading order."""
    return in_reading_order((*draft.diagnostics, *(found for rule in DESIGN_RULES for found in rule.check(draft))))
