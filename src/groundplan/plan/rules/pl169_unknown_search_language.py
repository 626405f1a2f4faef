"""A search is in a language that the server has no dictionary for.

## What it does
Finds languages of `search` that are none of PostgreSQL's text search configurations.

## Why it matters
The language decides which forms of a word are the same. The stored search column names it, so an unknown one keeps the
table from being created.

## Example
```yaml
access:
  find: {read: Post, search: {in: [title], language: englisch}}
```

## Instead
```yaml
access:
  find: {read: Post, search: {in: [title], language: english}}
```
`simple` takes words as they are, in any language.

## When to ignore
Never: the table could not be created.

## Also known as
SQLSTATE 42704 (text search configuration does not exist).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import did_you_mean
from groundplan.base.origin import place_of
from groundplan.plan.access import Read
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

LANGUAGES = (
    "arabic", "armenian", "basque", "catalan", "danish", "dutch", "english", "estonian", "finnish", "french", "german",
    "greek", "hindi", "hungarian", "indonesian", "irish", "italian", "lithuanian", "nepali", "norwegian", "portuguese",
    "romanian", "russian", "serbian", "simple", "spanish", "swedish", "tamil", "turkish", "yiddish",
)  # fmt: skip
"""The configurations that every PostgreSQL 18 has (manual 12.2)."""


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find searches in unknown languages."""
    for pattern in examined.plan.access:
        if isinstance(pattern, Read) and pattern.search is not None and pattern.search.language not in LANGUAGES:
            yield RULE.found(
                place_of(pattern.search.language, otherwise=pattern.search.origin),
                f'there is no search language "{pattern.search.language}"',
                help=did_you_mean(pattern.search.language, LANGUAGES, kind="languages"),
            )


RULE = PlanRule(code="PL169", name="unknown_search_language", check=check, page=__doc__)
