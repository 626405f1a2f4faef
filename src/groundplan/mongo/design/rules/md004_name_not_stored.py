"""A name means something else to MongoDB than the name of a collection or a field.

## What it does
Finds collections whose name holds a `$`, and fields whose name begins with `$`, is `_id` though it is not the key, or
is a whole number.

## Why it matters
The server refuses a collection with a `$` in its name. A field that begins with `$` is an operator in filters and
updates, `_id` is the document's key, and a number in a path is a position in an array (`seats.1`).

## Example
```yaml
entities:
  Offer: {attributes: {$price: money, _id: text(20), "2030": int}}
```

## Instead
```yaml
entities:
  Offer: {attributes: {price: money, number: text(20), year_2030: int}}
```

## When to ignore
Never: documents could not be written, or not be found by that field.

## Also known as
MongoDB manual, "Naming Restrictions" and "Field Names with Periods and Dollar Signs".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.model import KEY

_POSITION = re.compile(r"[0-9]+")


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find names that the server would refuse or read otherwise."""
    for relation in draft.logical.relations:
        if "$" in relation.name:
            yield RULE.found(
                relation.origin,
                f'the collection "{relation.name}" of {relation.source} would have a "$" in its name',
                help="write a name without it",
            )
        for attribute in relation.attributes:
            problem = _problem(attribute.name)
            if problem is not None:
                yield RULE.found(
                    attribute.origin,
                    f'the field "{attribute.name}" of {relation.source} {problem}',
                    help="give the attribute another name",
                )


def _problem(name: str) -> str | None:
    if name.startswith("$"):
        return 'begins with "$", as operators do'
    if name == KEY:
        return "has the name of every document's key"
    if _POSITION.fullmatch(name):
        return "is a number, which is a position in an array"
    return None


RULE: Rule[Draft] = Rule(code="MD004", name="name_not_stored", check=check, page=__doc__)
