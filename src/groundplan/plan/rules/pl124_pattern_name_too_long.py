"""The name of an access pattern is too long for a file.

## What it does
Finds access patterns and transactions with names of more than 200 bytes.

## Why it matters
Each pattern is written to a file of its own name (`queries/recent_posts.sql`), and file systems keep 255 bytes of a
name, ending included.

## Example
```yaml
access:
  the_posts_that_somebody_who_has_been_away_for_a_while_may_want_to_read_first_and_then_again_and_so_on_and_on: {…}
```

## Instead
```yaml
access:
  missed_posts: {read: Post, about: What somebody who has been away for a while may want to read first.}
```

## When to ignore
Never: the file could not be written.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

MAX_BYTES = 200
"""Longest name; an ending has to fit behind it."""


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find names of patterns and transactions that are too long for a file."""
    for named in (*examined.plan.access, *examined.plan.transactions):
        size = len(named.name.encode())
        if size > MAX_BYTES:
            yield RULE.found(
                named.origin,
                f'the name "{named.name[:30]}…" has {size} bytes, more than {MAX_BYTES}',
                help="shorten it, and say the rest in `about`",
            )


RULE = PlanRule(code="PL124", name="pattern_name_too_long", check=check, page=__doc__)
