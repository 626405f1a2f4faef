"""An index is written a thousand times for each time it is read.

## What it does
Finds indexes that serve access patterns alone (no foreign key, constraint or expiry), on tables whose declared writes
are at least a thousand times the declared reads of the index.

## Why it matters
Each row written costs an index entry, its log record and, sooner or later, a page split. For a read that runs twice a
day, a table scanned in the night or a copy kept elsewhere may be the better bargain; only the plan's author can tell.

## Example
```yaml
access:
  record:  {insert: Reading, rate: 5000/s}
  by_unit: {read: Reading, where: unit = :unit, rate: 2/day}
```

## Instead
Let the read work on a copy, or give up its index:
```yaml
decisions:
  postgres.by_unit.index: none
```

## When to ignore
Where the read is rare but must be quick: the index is built, and this is only a note.

## Also known as
Unused index, over-indexing.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.amounts import rate_in_words
from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.postgres.design.draft import Draft

WRITES_PER_READ = 1000.0
NOTICED_FROM = 10.0
"""Rows written per second below which an index more or less is nothing."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find indexes that cost far more writes than they spare reads."""
    patterns = {pattern.name: pattern for pattern in draft.facts.patterns}
    for table in draft.schema.tables:
        writes = draft.facts.writes(table.name).total
        for index in table.indexes:
            if index.is_unique or writes < NOTICED_FROM or not index.serves or not set(index.serves) <= set(patterns):
                continue
            rates = [draft.facts.rate(name) for name in index.serves]
            reads = sum(rate for rate in rates if rate is not None)
            if None not in rates and writes >= WRITES_PER_READ * reads:
                first = patterns[index.serves[0]]
                yield RULE.found(
                    first.origin,
                    f"{index.name} is written {rate_in_words(writes)} and read {rate_in_words(reads)}",
                    help=f"pin postgres.{first.name}.index to none if the read may take longer",
                )


RULE: Rule[Draft] = Rule(code="PD004", name="index_seldom_used", check=check, page=__doc__, severity=Severity.NOTE)
