"""Deleting a row softly would delete rows of another entity for good.

## What it does
Finds relationships with `on_delete: cascade` whose target is deleted softly while the source is deleted hard, has an
identity of its own and leaves no audit trail. Sources that expire, that are 1:1 with their target or that are known by
their references alone are part of their target, and are not reported.

## Why it matters
Soft deletion promises that a row can come back. The rows that went with it cannot: the two policies contradict each
other, and the harm is seen on the day somebody asks for an account to be restored.

## Example
```yaml
entities:
  User: {lifecycle: {delete: soft}}
  Post: {attributes: {title: text}}
relationships:
  Post.author > User: {on_delete: cascade}
```

## Instead
```yaml
  Post: {lifecycle: {delete: soft}, attributes: {title: text}}
```
or `on_delete: restrict`, which keeps the user while there are posts, or nothing: then posts simply stay.

## When to ignore
Where the rows are worth nothing without their target, even after it has come back.

## Also known as
Nothing like it in other tools; a `deleted_at` beside ON DELETE CASCADE.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.logical.actions import is_said
from groundplan.logical.model import Reference, Relation
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.design.draft import Draft


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find cascades from marked rows to rows that have a life of their own and would be gone."""
    facts = draft.facts
    for relation in draft.logical.relations:
        for reference in relation.references:
            is_carried = reference.on_delete is ReferentialAction.CASCADE and is_said(facts, relation, reference)
            is_soft_to_hard = facts.is_soft(reference.target) and not facts.is_soft(relation.name)
            if is_carried and is_soft_to_hard and not _is_part(relation, reference):
                target = facts.relations[reference.target].source
                yield RULE.found(
                    reference.origin,
                    f"{target} is deleted softly, but {reference.relationship} would delete {relation.name} for good",
                    help=f"write `lifecycle: {{delete: soft}}` for {relation.source}, or another `on_delete`",
                )


def _is_part(relation: Relation, reference: Reference) -> bool:
    """Tell whether rows are part of their target: nobody would miss them apart from it, or their trail is kept."""
    held = {name for found in relation.references for name in found.attributes}
    is_known_by_references = set(relation.primary_key) <= held
    has_expiry = relation.lifecycle.expires is not None
    return reference.is_unique or is_known_by_references or has_expiry or relation.lifecycle.has_audit


RULE: Rule[Draft] = Rule(
    code="PD003", name="soft_delete_destroys", check=check, page=__doc__, severity=Severity.WARNING
)
