"""A full-text search looks into something that is no text.

## What it does
Finds members of `search` that are not of type text, email, url or slug.

## Why it matters
Full-text search takes texts apart into words. Numbers, dates and enums have none; `where` compares them as a whole.

## Example
```yaml
access:
  find: {read: Post, search: {in: [title, published_at]}, page: 20}
```

## Instead
```yaml
access:
  find: {read: Post, search: {in: [title, content]}, page: 20}
```

## When to ignore
Never: there are no words to find.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import place_of
from groundplan.plan.access import Read
from groundplan.plan.kinds import type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.types import Email, Slug, Text, Url


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find searches in what holds no words."""
    for pattern in examined.plan.access:
        if not isinstance(pattern, Read) or pattern.search is None or pattern.entity not in examined.scope.subjects:
            continue
        for member in pattern.search.members:
            attribute = examined.scope.attributes(pattern.entity).get(member)
            if attribute is not None and not isinstance(attribute.type, Text | Email | Url | Slug):
                yield RULE.found(
                    place_of(member, otherwise=pattern.search.origin),
                    f'"{pattern.name}" searches "{member}", which is no text but {type_word(attribute.type)}',
                    help="search attributes of type text, and compare others in `where`",
                )


RULE = PlanRule(code="PL167", name="search_in_no_text", check=check, page=__doc__)
