"""A table or an index is larger than PostgreSQL allows.

## What it does
Finds tables of more than 1600 columns, and keys, unique sets, exclusions and indexes of more than 32.

## Why it matters
Both limits are built into the server: it refuses the statement that creates them.

## Example
```yaml
entities:
  Reading: {key: [a01, a02, a03, …, a33]}
```

## Instead
```yaml
entities:
  Reading: {attributes: {a01: int, a02: int, a03: int, …, a33: int}}
```

## When to ignore
Never: the schema could not be loaded.

## Also known as
SQLSTATE 54011 (too many columns); PostgreSQL manual, appendix K (limits).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import BUILT_IN, Origin
from groundplan.base.rule import Rule
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.model import Table

MOST_COLUMNS = 1600
"""MaxHeapAttributeNumber."""

MOST_KEYS = 32
"""INDEX_MAX_KEYS; covering columns count too."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find tables and indexes that the server would refuse."""
    for table in draft.schema.tables:
        if len(table.columns) > MOST_COLUMNS:
            yield RULE.found(
                table.origin,
                f'the table "{table.name}" would have {len(table.columns)} columns, and {MOST_COLUMNS} are the most',
                help="divide the entity into several that share a 1:1 relationship, or keep rare values in a json",
            )
        for what, count, origin in _indexed(table):
            if count > MOST_KEYS:
                yield RULE.found(
                    table.origin if origin == BUILT_IN else origin,
                    f"{what} would have {count} columns, and {MOST_KEYS} are the most of an index",
                    help="name fewer attributes; a hash of many can stand for all of them",
                )


def _indexed(table: Table) -> Iterator[tuple[str, int, Origin]]:
    """Yield everything of a table that an index stands behind, with its columns and its place."""
    key = table.primary_key
    yield f'the key "{key.name}"', len(key.columns), key.origin
    for unique in table.unique:
        yield f'the unique set "{unique.name}"', len(unique.columns), unique.origin
    for exclusion in table.exclusions:
        yield f'the exclusion "{exclusion.name}"', len(exclusion.members), exclusion.origin
    for index in table.indexes:
        yield f'the index "{index.name}"', len(index.keys) + len(index.include), index.origin


RULE: Rule[Draft] = Rule(code="PD006", name="beyond_the_engine", check=check, page=__doc__)
