"""Rows that are only ever marked as deleted are removed with their target.

## What it does
Finds `on_delete: cascade` from an entity with soft delete to one with hard delete.

## Why it matters
The plan says two things about the same rows: deleting them only marks them, and deleting their target removes them.
The second wins, because the reference cannot outlive its target, and what was to be kept is gone.

## Example
```yaml
entities:
  Project: {}
  Task:    {lifecycle: {delete: soft}}
relationships:
  Task.project > Project: {on_delete: cascade}
```

## Instead
```yaml
entities:
  Project: {lifecycle: {delete: soft}}
  Task:    {lifecycle: {delete: soft}}
relationships:
  Task.project > Project: {on_delete: cascade}
```

## When to ignore
Where deleting the target is meant to erase for good, as the right to be forgotten asks.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.model import ReferentialAction
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find cascades that remove rows which are only to be marked."""
    scope = examined.scope
    for entity in scope.entities:
        for hop in scope.references_of(entity).values():
            relationship = scope.relationship(hop.relationship)
            is_cascade = relationship.on_delete is ReferentialAction.CASCADE
            if is_cascade and scope.is_soft_deleted(entity) and not scope.is_soft_deleted(hop.target):
                yield RULE.found(
                    relationship.origin,
                    f'deleting a "{hop.target}" removes each "{entity}" of it for good, though "{entity}" is deleted '
                    "softly",
                    help=f'give "{hop.target}" a soft delete too, or write on_delete: restrict',
                )


RULE = PlanRule(code="PL157", name="cascade_removes_soft_deleted", check=check, page=__doc__, severity=Severity.WARNING)
