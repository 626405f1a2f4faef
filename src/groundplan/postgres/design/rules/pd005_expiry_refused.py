"""Rows that expire cannot be deleted while others refer to them.

## What it does
Finds entities with `lifecycle: {expires: …}` that a relationship refers to with `on_delete: restrict` or `no action`,
said or by default.

## Why it matters
The procedure that deletes what has expired fails at the first row that is still referred to, every time it runs.

## Example
```yaml
entities:
  Session: {lifecycle: {expires: expires_at}, attributes: {expires_at: timestamp}}
  Click: {}
relationships:
  Click.session > Session: {}
```

## Instead
```yaml
relationships:
  Click.session > Session: {on_delete: cascade}
```

## When to ignore
Where whatever refers to a row always goes before the row expires.

## Also known as
SQLSTATE 23001 or 23503 in the log of a clean-up job.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.design.draft import Draft

_REFUSING = (ReferentialAction.RESTRICT, ReferentialAction.NO_ACTION)


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find expiring rows whose deletion a reference refuses."""
    for relation in draft.logical.relations:
        if relation.lifecycle.expires is None:
            continue
        for _, reference in draft.facts.references_to[relation.name]:
            if reference.on_delete in _REFUSING:
                yield RULE.found(
                    reference.origin,
                    f"{relation.source} expires, but {reference.relationship} refuses to let it go",
                    help="write `on_delete: cascade`, or `on_delete: set null` on an optional relationship",
                )


RULE: Rule[Draft] = Rule(code="PD005", name="expiry_refused", check=check, page=__doc__, severity=Severity.WARNING)
