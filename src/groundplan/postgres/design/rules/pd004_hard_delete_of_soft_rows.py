"""Deleting a row for good would take rows with it that are only ever marked.

## What it does
Finds relationships with `on_delete: cascade` whose source is deleted softly while the target is deleted hard.

## Why it matters
The source's lifecycle promises that its rows stay; the cascade removes them, marked or not, without a trace.

## Example
```yaml
entities:
  Project: {attributes: {name: text}}
  Document: {lifecycle: {delete: soft}, attributes: {title: text}}
relationships:
  Document.project > Project: {on_delete: cascade}
```

## Instead
```yaml
  Project: {lifecycle: {delete: soft}, attributes: {name: text}}
```
or `on_delete: restrict`, which keeps the project while there are documents.

## When to ignore
Where the target is deleted by hand once in a while, and everything under it is meant to go.

## Also known as
Nothing like it in other tools.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.design.draft import Draft


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find cascades from rows that are removed to rows that are only marked."""
    facts = draft.facts
    for relation in draft.logical.relations:
        for reference in relation.references:
            is_hard_to_soft = facts.is_soft(relation.name) and not facts.is_soft(reference.target)
            if reference.on_delete is ReferentialAction.CASCADE and is_hard_to_soft:
                target = facts.relations[reference.target].source
                yield RULE.found(
                    reference.origin,
                    f"{relation.source} is deleted softly, but {reference.relationship} removes it with its {target}",
                    help=f"write `lifecycle: {{delete: soft}}` for {target}, or `on_delete: restrict`",
                )


RULE: Rule[Draft] = Rule(
    code="PD004", name="hard_delete_of_soft_rows", check=check, page=__doc__, severity=Severity.WARNING
)
