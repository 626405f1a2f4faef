"""A function is called with arguments that it does not take.

## What it does
Finds calls with too many or too few arguments, or with arguments of a type the function has no use for.

## Why it matters
PostgreSQL refuses such a call when the query is prepared, which may be long after the design was approved.

## Example
```yaml
access:
  short_titles: {read: Post, where: length(published_at) < 20}
```

## Instead
```yaml
access:
  short_titles: {read: Post, where: length(title) < 20}
```

## When to ignore
Never: the engine refuses it too.

## Also known as
SQLSTATE 42883 (undefined_function).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import WrongArguments
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find calls whose arguments fit no way to call the function."""
    for defect in examined.defects_of(WrongArguments):
        given = ", ".join(defect.given)
        message = (
            f"{defect.function}() does not take {given}" if given else f"{defect.function}() cannot stand like this"
        )
        yield RULE.found(defect.origin, message, help=f"write {' or '.join(defect.takes)}")


RULE = PlanRule(code="PL103", name="wrong_arguments", check=check, page=__doc__)
