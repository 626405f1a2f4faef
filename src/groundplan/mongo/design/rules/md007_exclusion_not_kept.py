"""An exclusion is beyond what MongoDB can keep.

## What it does
Finds `exclude` entries: no two rows for which every pair of a member and an operator holds.

## Why it matters
PostgreSQL keeps an exclusion by an index. MongoDB's unique indexes know equality alone, and a validator sees one
document: two programs that write at the same time can both book the room.

## Example
```yaml
entities:
  Booking:
    attributes: {room: text(20), during: range of timestamp}
    exclude: [{room: "=", during: "&&"}]
```

## Instead
Divide time into slots, of which each can be taken once:
```yaml
entities:
  Booking:
    attributes: {room: text(20), slot: timestamp}
    unique: [[room, slot]]
```

## When to ignore
When every program that writes looks first, in a transaction that also changes one document of the room, so that two of
them conflict.

## Also known as
PostgreSQL manual, EXCLUDE in CREATE TABLE.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find exclusions, which no index of MongoDB keeps."""
    for relation in draft.logical.relations:
        for exclusion in relation.exclusions:
            members = ", ".join(f"{name} {operator}" for name, operator in exclusion.members)
            yield RULE.found(
                exclusion.origin,
                f"nothing in MongoDB keeps two of {relation.source} from agreeing in ({members})",
                help="make it a unique set of slots, or keep these rows in PostgreSQL",
            )


RULE: Rule[Draft] = Rule(code="MD007", name="exclusion_not_kept", check=check, page=__doc__, severity=Severity.WARNING)
