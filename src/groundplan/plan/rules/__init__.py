"""Rules about plans: one file per defect, named for it."""

from __future__ import annotations

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.model import Plan
from groundplan.plan.rules.registry import RULES

__all__ = ["RULES", "check_plan"]


def check_plan(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return all findings about a plan, in reading order."""
    from groundplan.plan.resolve import resolve  # resolving ends with these rules

    return resolve(plan).diagnostics
