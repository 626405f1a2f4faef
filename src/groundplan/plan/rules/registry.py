"""Every rule about plans, by code."""

from __future__ import annotations

from groundplan.plan.rules import (
    pl100_unreadable_formula,
    pl101_formula_outside_language,
    pl102_unknown_function,
    pl103_wrong_arguments,
    pl104_unknown_name,
    pl105_unknown_enum_value,
    pl106_incomparable_types,
    pl107_value_outside_type,
    pl108_misplaced_aggregate,
    pl109_misplaced_path,
    pl110_misplaced_parameter,
    pl111_condition_not_boolean,
    pl112_unstable_filter,
    pl113_unstable_check,
    pl114_field_outside_group,
    pl115_untyped_parameter,
)
from groundplan.plan.rules.examined import PlanRule

RULES: tuple[PlanRule, ...] = (
    pl100_unreadable_formula.RULE,
    pl101_formula_outside_language.RULE,
    pl102_unknown_function.RULE,
    pl103_wrong_arguments.RULE,
    pl104_unknown_name.RULE,
    pl105_unknown_enum_value.RULE,
    pl106_incomparable_types.RULE,
    pl107_value_outside_type.RULE,
    pl108_misplaced_aggregate.RULE,
    pl109_misplaced_path.RULE,
    pl110_misplaced_parameter.RULE,
    pl111_condition_not_boolean.RULE,
    pl112_unstable_filter.RULE,
    pl113_unstable_check.RULE,
    pl114_field_outside_group.RULE,
    pl115_untyped_parameter.RULE,
)
