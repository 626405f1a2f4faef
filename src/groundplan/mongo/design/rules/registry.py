"""Every rule about MongoDB designs, by code."""

from __future__ import annotations

from groundplan.base.diagnostics import Diagnostic, in_reading_order
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.rules import (
    md001_pin_of_nothing,
    md002_pin_not_honoured,
    md003_unique_not_kept,
    md004_name_not_stored,
    md005_check_not_kept,
    md006_number_too_long,
    md007_exclusion_not_kept,
    md008_beyond_the_engine,
    md009_second_text_index,
    md010_raw_without_mongo,
)

DESIGN_RULES: tuple[Rule[Draft], ...] = (
    md001_pin_of_nothing.RULE,
    md002_pin_not_honoured.RULE,
    md003_unique_not_kept.RULE,
    md004_name_not_stored.RULE,
    md005_check_not_kept.RULE,
    md006_number_too_long.RULE,
    md007_exclusion_not_kept.RULE,
    md008_beyond_the_engine.RULE,
    md009_second_text_index.RULE,
    md010_raw_without_mongo.RULE,
)


def findings_of(draft: Draft) -> tuple[Diagnostic, ...]:
    """Return what all rules find in a finished design, in reading order."""
    return in_reading_order((*draft.diagnostics, *(found for rule in DESIGN_RULES for found in rule.check(draft))))
