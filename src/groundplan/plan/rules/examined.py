"""What the rules about plans look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from groundplan.base.rule import Rule
from groundplan.plan.defects import Defect
from groundplan.plan.model import Plan
from groundplan.plan.patterns import ResolvedPlan
from groundplan.plan.scope import Scope

D = TypeVar("D", bound=Defect)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminedPlan:
    """A plan with its lookups, what could be resolved of it, and the defects of its formulas."""

    scope: Scope
    resolved: ResolvedPlan
    defects: tuple[Defect, ...]

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.resolved.plan

    def defects_of(self, kind: type[D]) -> Iterator[D]:
        """Return the defects of one kind, in the order they were found."""
        return (defect for defect in self.defects if isinstance(defect, kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRule(Rule[ExaminedPlan]):
    """A rule about plans."""
