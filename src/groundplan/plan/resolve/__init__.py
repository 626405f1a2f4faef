"""Gives formulas their meaning: `resolve` turns a plan into expressions that both engines compile from.

Three things about formulas are worth knowing. A comparison over a to-many path looks for a row of its own, so that
`tags.name = 'a' and tags.name = 'b'` asks for two tags; `not` in front of it asks that there be none. A page whose
order is not total gets the entity's key appended, in the direction of the last sort key. A grouped read returns what
it groups by, also where `fields` leaves that out.
"""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.diagnostics import in_reading_order
from groundplan.plan.defects import Defect
from groundplan.plan.model import Plan
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.resolve.entities import (
    examine_rollups,
    resolve_checks,
    resolve_computed,
    resolve_defaults,
    resolve_unique_filters,
)
from groundplan.plan.resolve.patterns import resolve_patterns, resolve_transactions
from groundplan.plan.rules import RULES
from groundplan.plan.rules.examined import ExaminedPlan
from groundplan.plan.scope import Scope


def resolve(plan: Plan) -> ResolvedPlan:
    """Resolve every formula of a plan and check what the plan says.

    The result holds what could be resolved, and in `diagnostics` all findings in reading order; without errors among
    them it can be designed. `defaults` are those of declared attributes alone.
    """
    scope = Scope(plan)
    defects: list[Defect] = []
    resolved = ResolvedPlan(
        plan=plan,
        patterns=resolve_patterns(plan, scope=scope, defects=defects),
        transactions=resolve_transactions(plan),
        checks=resolve_checks(scope=scope, defects=defects),
        defaults=resolve_defaults(plan, scope=scope, defects=defects),
        unique_filters=resolve_unique_filters(scope=scope, defects=defects),
        computed=resolve_computed(scope=scope, defects=defects),
    )
    examine_rollups(plan, scope=scope, defects=defects)
    examined = ExaminedPlan(scope=scope, resolved=resolved, defects=tuple(defects))
    findings = (finding for rule in RULES for finding in rule.check(examined))
    return replace(resolved, diagnostics=in_reading_order(findings))
