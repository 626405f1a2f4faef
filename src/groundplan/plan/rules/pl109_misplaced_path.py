"""A path leads further than its place permits.

## What it does
Finds paths to other rows in checks, filters of unique sets and assignments, paths to several rows in `order`, `group`
and inside expressions of `fields`, any path in a default, and two collections within one comparison.

## Why it matters
A check sees one row, so it cannot keep a promise about another one. A sort key needs one value per row. A default is
needed before there is a row. Two collections within one comparison multiply each other.

## Example
```yaml
access:
  posts: {read: Post, order: comments.created_at desc}
```

## Instead
```yaml
access:
  posts: {read: Post, fields: [title, max(comments.created_at) as last], order: last desc}
```

## When to ignore
Never: the formula has no single meaning there.

## Also known as
SQLSTATE 0A000 (cannot use subquery in check constraint), 21000 (cardinality_violation).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import MisplacedPath, PathDefect
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_ADVICE = {
    PathDefect.NO_ROW: "write a constant or a function such as now(); texts stand in single quotes",
    PathDefect.OTHER_ROW: "use the row's own attributes, and its relationships without a further step",
    PathDefect.MANY_ROWS: "aggregate it, as in max(comments.created_at), or read the other entity instead",
    PathDefect.TWO_COLLECTIONS: "compare one collection at a time, or write raw `sql:`",
    PathDefect.COMPOSITE_KEY: "name the attributes of its key one by one; only = and <> with a parameter take the row",
}


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find paths that lead further than their place permits."""
    for defect in examined.defects_of(MisplacedPath):
        message = f'"{defect.path}" cannot stand in `{defect.what}`: {defect.because.value}'
        yield RULE.found(defect.origin, message, help=_ADVICE[defect.because])


RULE = PlanRule(code="PL109", name="misplaced_path", check=check, page=__doc__)
