"""A condition of a unique entry is beyond what a partial index of MongoDB can say.

## What it does
Finds `unique` entries with a `where` that `partialFilterExpression` has no words for: it takes comparisons of a field
with a constant (`=`, `<`, `<=`, `>`, `>=`, `in`), `is null`, `is not null`, and these joined by `and` and `or`.

## Why it matters
Without the index two programs that write at the same time can both write what must be there once.

## Example
```yaml
entities:
  Seat:
    unique: [{on: [row, number], where: state <> 'broken'}]
    attributes: {row: int, number: int, state: "enum(free, taken, broken)"}
```

## Instead
Say what counts, instead of what does not:
```yaml
    unique: [{on: [row, number], where: "state in ('free', 'taken')"}]
```

## When to ignore
Never: what the plan says must be unique would not be.

## Also known as
Nothing like it in other tools.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.partial_filters import NotPartial, partial_filter


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find unique entries that no index of the design keeps."""
    for relation in draft.logical.relations:
        for key in relation.candidate_keys:
            if key.where is None:
                continue
            try:
                partial_filter(key.where, path=str)
            except NotPartial:
                words = ", ".join(relation.attribute(name).declared for name in key.attributes)
                yield RULE.found(
                    key.origin,
                    f"no partial index can say where ({words}) of {relation.source} is unique",
                    help="compare with constants by =, <, <=, >, >= or in, with is null or is not null, or design for "
                    "PostgreSQL alone",
                )


RULE: Rule[Draft] = Rule(code="MD003", name="unique_not_kept", check=check, page=__doc__)
