"""An access pattern is a statement in SQL alone.

## What it does
Finds access patterns with `sql:` and without `mongo:`, in a plan that is designed for MongoDB.

## Why it matters
What a statement in SQL means cannot be told from outside: the pattern has no query for MongoDB, no index is made for
it, and nothing of it is proven there.

## Example
```yaml
access:
  busiest: {sql: "select author_id, count(*) from posts group by 1 order by 2 desc limit 10"}
```

## Instead
Say it in the plan's own language, which both engines are compiled from, or beside it in MongoDB's:
```yaml
access:
  busiest: {read: Post, fields: [author, count(*) as posts], group: [author], order: count(*) desc, limit: 10}
```

## When to ignore
When only PostgreSQL answers it.

## Also known as
Nothing like it in other tools.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.plan.patterns import RawPattern


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find raw patterns that say nothing to MongoDB."""
    for pattern in draft.facts.patterns:
        if isinstance(pattern, RawPattern) and pattern.mongo is None:
            yield RULE.found(
                pattern.origin,
                f'{pattern.name} has a statement for PostgreSQL alone, and none under "mongo"',
                help="write it as a read, insert, update, upsert or delete, or give its command under mongo",
            )


RULE: Rule[Draft] = Rule(code="MD010", name="raw_without_mongo", check=check, page=__doc__, severity=Severity.WARNING)
