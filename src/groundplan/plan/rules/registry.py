"""Every rule about plans, by code."""

from __future__ import annotations

from groundplan.plan.rules.examined import PlanRule

RULES: tuple[PlanRule, ...] = ()
