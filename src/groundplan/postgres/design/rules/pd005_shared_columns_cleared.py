"""Clearing a reference would clear what it shares with another one.

## What it does
Finds `on_delete: set null` on relationships with `same`, in designs for PostgreSQL below 15.

## Why it matters
A reference with `same` shares columns with the relationship that it agrees with. `ON DELETE SET NULL` clears all of its
columns; naming those to be cleared came with PostgreSQL 15. Deleting a comment would take its replies off their post.

## Example
```yaml
targets: {postgres: 14}
relationships:
  Comment.post > Post: {}
  Comment.parent > Comment?: {same: post, on_delete: set null}
```

## Instead
```yaml
targets: {postgres: 15}
```
or `on_delete: cascade` or `restrict`.

## When to ignore
Never: the shared columns are required and the deletion fails, or they are lost.

## Also known as
SQLSTATE 23502 (not_null_violation) on DELETE.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.rule import Rule
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.design.draft import Draft

NAMES_COLUMNS_SINCE = 15
"""The first version with `ON DELETE SET NULL (columns)`."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find references that would clear what is not theirs alone."""
    version = draft.schema.version
    if version >= NAMES_COLUMNS_SINCE:
        return
    for relation in draft.logical.relations:
        for reference in relation.references:
            if reference.agrees and reference.on_delete is ReferentialAction.SET_NULL:
                yield RULE.found(
                    reference.origin,
                    f"clearing {reference.relationship} would clear {', '.join(reference.agrees)} too, for PostgreSQL "
                    f"{version} cannot name the columns",
                    help=f"design for PostgreSQL {NAMES_COLUMNS_SINCE} or later, or write cascade or restrict",
                )


RULE: Rule[Draft] = Rule(code="PD005", name="shared_columns_cleared", check=check, page=__doc__)
