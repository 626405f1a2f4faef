"""The name of an access pattern cannot be the name of a file.

## What it does
Finds access patterns and transactions whose names hold a slash or backslash, begin with a dot, or are longer than 200
bytes.

## Why it matters
Each pattern is written to a file of its own name (`queries/recent_posts.sql`). A slash would put it into another
folder.

## Example
```yaml
access:
  posts/recent: {read: Post}
```

## Instead
```yaml
access:
  recent_posts: {read: Post}
```

## When to ignore
Never: there would be no file.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

MAX_BYTES = 200
"""Longest name; file systems keep 255 bytes, and a suffix has to fit."""


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find names of patterns and transactions that no file can have."""
    for named in (*examined.plan.access, *examined.plan.transactions):
        problem = _problem(named.name)
        if problem is not None:
            yield RULE.found(
                named.origin,
                f'the name "{named.name[:MAX_BYTES]}" {problem}, so no file can have it',
                help="write a name such as recent_posts",
            )


def _problem(name: str) -> str | None:
    found = next((mark for mark in ("/", "\\", "\0") if mark in name), None)
    if found is not None:
        return f'holds "{found}"' if found != "\0" else "holds a NUL character"
    if name.startswith("."):
        return "begins with a dot"
    return f"is longer than {MAX_BYTES} bytes" if len(name.encode()) > MAX_BYTES else None


RULE = PlanRule(code="PL124", name="unusable_pattern_name", check=check, page=__doc__)
