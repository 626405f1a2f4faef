"""A reference cannot do what it should when its target is deleted.

## What it does
Finds `set null` on required relationships and on those that are part of the source's key, `set default` on any, and
`set null` on a relationship with `same` for versions of PostgreSQL below 15.

## Why it matters
The engine accepts such a foreign key, and fails when the first target is deleted. References have no defaults, so `set
default` would clear them. Before version 15 the columns shared by `same` would be cleared too.

## Example
```yaml
relationships:
  Post.author > User: {on_delete: set null}
```

## Instead
```yaml
relationships:
  Post.author > User?: {on_delete: set null}
```

## When to ignore
Never: the deletion would fail.

## Also known as
SQLSTATE 23502 (not_null_violation) on DELETE.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.rule import Rule
from groundplan.logical.model import Reference, Relation
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.design.draft import Draft

CLEARS_SOME_SINCE = 15
"""The first version with `ON DELETE SET NULL (columns)`."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find referential actions that fail when they are needed."""
    for relation in draft.logical.relations:
        for reference in relation.references:
            trouble = _trouble(relation, reference, version=draft.schema.version)
            if trouble is not None:
                message, advice = trouble
                yield RULE.found(reference.origin, f"{reference.relationship} {message}", help=advice)


def _trouble(relation: Relation, reference: Reference, *, version: int) -> tuple[str, str] | None:
    actions = (reference.on_delete, reference.on_update)
    if ReferentialAction.SET_DEFAULT in actions:
        return "cannot be set to its default: references have none", "write `set null`, `restrict` or `cascade`"
    if ReferentialAction.SET_NULL not in actions:
        return None
    own = [name for name in reference.attributes if name not in reference.agrees]
    if not reference.is_optional:
        return "is required and cannot be set to null", "write `?` after the target, or `restrict` or `cascade`"
    if not set(relation.primary_key).isdisjoint(own):
        return f"is part of the key of {relation.source} and cannot be set to null", "write `restrict` or `cascade`"
    if reference.agrees and version < CLEARS_SOME_SINCE:
        return (
            f"would clear what it shares with `same` too: PostgreSQL {version} cannot clear some columns only",
            f"design for PostgreSQL {CLEARS_SOME_SINCE} or later, or write `restrict` or `cascade`",
        )
    return None


RULE: Rule[Draft] = Rule(code="PD007", name="impossible_action", check=check, page=__doc__)
