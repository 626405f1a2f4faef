"""A formula uses SQL that formulas leave out.

## What it does
Finds subqueries, comments, semicolons, window functions, numbered parameters and nesting beyond reason in formulas.

## Why it matters
A formula is an expression over attributes and paths, so that PostgreSQL and MongoDB can both be made to mean it, and
so that its index can be derived. What has no such form is better written once per engine than guessed at.

## Example
```yaml
access:
  quiet_posts: {read: Post, where: not exists (select 1 from comments)}
```

## Instead
```yaml
access:
  quiet_posts: {read: Post, where: comments is null}
```
Other rows are reached by paths; whatever paths cannot say stands in raw `sql:` and `mongo:`.

## When to ignore
Never: without the formula there is no design.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import OutsideLanguage
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find SQL in formulas that is not part of the plan language."""
    for defect in examined.defects_of(OutsideLanguage):
        yield RULE.found(defect.origin, f"{defect.construct} is not part of formulas", help=defect.instead)


RULE = PlanRule(code="PL101", name="formula_outside_language", check=check, page=__doc__)
