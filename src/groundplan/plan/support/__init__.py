"""What the plan language can say and no stage designs yet: each use of it, with its line."""

from __future__ import annotations

from groundplan.base.diagnostics import Diagnostic, in_reading_order
from groundplan.base.rule import Rule
from groundplan.plan.model import Plan
from groundplan.plan.support import pl900_not_designed_yet

SUPPORT_RULES: tuple[Rule[Plan], ...] = (pl900_not_designed_yet.RULE,)


def not_designed_yet(plan: Plan) -> tuple[Diagnostic, ...]:
    """Return a finding for each construct of a plan that is not designed yet, in reading order.

    They are errors, because a design without them would not be what the plan asks for.
    """
    return in_reading_order(finding for rule in SUPPORT_RULES for finding in rule.check(plan))
