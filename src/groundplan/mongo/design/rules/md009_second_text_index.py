"""A search is over other fields than the one text index of its collection.

## What it does
Finds access patterns with `search:` that MongoDB cannot answer, because another one over other attributes, or in
another language, has the collection's text index.

## Why it matters
A collection has one text index, and `$text` looks into all of its fields: a search of titles alone would also find what
only the content says.

## Example
```yaml
access:
  find:       {read: Post, search: {in: [title, content], language: english}, rate: 20/s}
  find_title: {read: Post, search: {in: [title], language: english}, rate: 1/s}
```

## Instead
Search the same attributes in both, or keep what is searched apart in an entity of its own.

## When to ignore
When only PostgreSQL answers the search: the pattern is left out of MongoDB's queries.

## Also known as
IndexOptionsConflict (code 85); MongoDB manual, "Text Indexes", restrictions.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.indexing.fields import Fields
from groundplan.mongo.design.indexing.special import outcome_of_search
from groundplan.mongo.design.indexing.wanted import Wanted
from groundplan.mongo.places import Places


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find searches that no text index serves."""
    fields = Fields(draft.facts, Places(draft.model, draft.logical))
    for pattern in draft.facts.reads:
        if pattern.search is None:
            continue
        relation = draft.facts.lookup.of_source(pattern.entity)
        wanted = outcome_of_search(pattern.search, relation=relation, fields=fields)
        collection = fields.places.collection(relation.name)
        if isinstance(wanted, Wanted) and not any(pattern.name in index.serves for index in collection.indexes):
            words = ", ".join(sorted(key.path for key in wanted.index.keys))
            yield RULE.found(
                pattern.origin,
                f"{pattern.name} searches {words} of {collection.name}, and the one text index of a collection is over "
                "other fields",
                help="search the same attributes in the same language everywhere, or leave this search to PostgreSQL",
            )


RULE: Rule[Draft] = Rule(code="MD009", name="second_text_index", check=check, page=__doc__, severity=Severity.WARNING)
