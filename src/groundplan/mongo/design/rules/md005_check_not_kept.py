"""A check of the plan is beyond what a validator of MongoDB can say.

## What it does
Finds checks whose condition has no counterpart in the aggregation language that validators use.

## Why it matters
PostgreSQL refuses a row that breaks the check; MongoDB takes the document, whoever writes it.

## Example
```yaml
entities:
  Device:
    attributes: {wanted: json, actual: json}
    checks: {settled: "wanted = actual"}
```

## Instead
Compare what the check is about, each by itself:
```yaml
entities:
  Device:
    attributes: {wanted: json, actual: json}
    checks: {settled: "wanted ->> 'mode' = actual ->> 'mode'"}
```

## When to ignore
When every program that writes sees to it.

## Also known as
Nothing like it in other tools.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.validator import untold


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find checks that no validator of the design says."""
    for collection in draft.model.collections:
        for unsaid, reason in untold(collection, draft.logical):
            source = draft.facts.relations[unsaid.relation].source
            name = "a check" if unsaid.name is None else f'the check "{unsaid.name}"'
            yield RULE.found(
                unsaid.origin,
                f"no validator can say {name} of {source}: {reason}",
                help="word it by comparisons of single values, or let every program that writes see to it",
            )


RULE: Rule[Draft] = Rule(code="MD005", name="check_not_kept", check=check, page=__doc__, severity=Severity.WARNING)
