"""Every rule about MongoDB designs, by code."""

from __future__ import annotations

from groundplan.base.diagnostics import Diagnostic, in_reading_order
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.rules import md001_pin_of_nothing, md002_pin_not_honoured, md003_unique_not_kept

DESIGN_RULES: tuple[Rule[Draft], ...] = (
    md001_pin_of_nothing.RULE,
    md002_pin_not_honoured.RULE,
    md003_unique_not_kept.RULE,
)


def findings_of(draft: Draft) -> tuple[Diagnostic, ...]:
    """Return what all rules find in a finished design, in reading order."""
    return in_reading_order((*draft.diagnostics, *(found for rule in DESIGN_RULES for found in rule.check(draft))))
