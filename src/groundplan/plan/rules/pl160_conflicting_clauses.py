"""Two clauses of a read exclude each other.

## What it does
Finds reads that ask for one row and a limit, for pages of groups, for groups nearest first, for the latest row of
groups, and for an order beside the order of nearness.

## Why it matters
Each clause alone has a meaning. Together they leave open what comes first, and a guess would be right half of the
time.

## Example
```yaml
access:
  near_me: {read: Place, near: {coordinates: ":here", within: 5km}, order: name}
```

## Instead
```yaml
access:
  near_me: {read: Place, near: {coordinates: ":here", within: 5km}}
```

## When to ignore
Never: say in raw `sql:` what exactly is meant.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.access import Read
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_CONFLICTS = (
    ("one", "page", "one row has no pages"),
    ("one", "limit", "one row is a limit already"),
    ("page", "limit", "a page is a limit already"),
    ("group", "one", "ask for the rows of the group in `where`"),
    ("group", "page", "groups are few enough to be read at once; `limit` bounds them"),
    ("group", "near", "a group has no distance"),
    ("group", "latest", "group the latest rows in raw `sql:`"),
    ("near", "order", "the nearest come first"),
    ("latest", "one", "`latest` returns one row of each"),
    ("latest", "page", "`limit` bounds the latest rows"),
    ("latest", "near", "choose one of them"),
    ("latest", "search", "choose one of them"),
)


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find clauses of reads that exclude each other."""
    for pattern in examined.plan.access:
        if not isinstance(pattern, Read):
            continue
        said = _clauses(pattern)
        for first, second, why in _CONFLICTS:
            if first in said and second in said:
                yield RULE.found(
                    pattern.origin,
                    f'`{first}` and `{second}` of "{pattern.name}" exclude each other',
                    help=f"take one of them out: {why}",
                )


def _clauses(read: Read) -> frozenset[str]:
    clauses = {
        "one": read.is_one,
        "page": read.page is not None,
        "limit": read.limit is not None,
        "group": bool(read.group),
        "near": read.near is not None,
        "latest": read.latest is not None,
        "search": read.search is not None,
        "order": bool(read.order),
    }
    return frozenset(word for word, is_said in clauses.items() if is_said)


RULE = PlanRule(code="PL160", name="conflicting_clauses", check=check, page=__doc__)
