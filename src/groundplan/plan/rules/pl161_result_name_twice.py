"""Two results of a read have the same name.

## What it does
Finds fields whose names are the same: those the plan gives by `as`, and those that follow from the expression
(`author.username` is named `author_username`, `author` by its key `author_id`, a function by its name).

## Why it matters
Programs fetch results by name, and one of the two would hide the other.

## Example
```yaml
access:
  post: {read: Post, fields: [count(comments), count(likes)]}
```

## Instead
```yaml
access:
  post: {read: Post, fields: [count(comments) as comments, count(likes) as likes]}
```

## When to ignore
Never: one of the two could not be reached.

## Also known as
sqlfluff AL08.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.patterns import ReadPattern
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find results with the same name."""
    for pattern in examined.resolved.patterns:
        if not isinstance(pattern, ReadPattern):
            continue
        seen: set[str] = set()
        for field in pattern.fields:
            if field.name in seen:
                yield RULE.found(
                    field.origin,
                    f'"{pattern.name}" has two results named "{field.name}"',
                    help=f"name one of them with `as`, such as `as other_{field.name}`",
                )
            seen.add(field.name)


RULE = PlanRule(code="PL161", name="result_name_twice", check=check, page=__doc__)
