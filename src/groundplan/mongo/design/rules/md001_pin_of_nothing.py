"""A pin of the MongoDB design is about something that is not decided.

## What it does
Finds keys under `decisions:` that begin with `mongo` and that no decision of the design shows.

## Why it matters
A pin that is about nothing changes nothing, without a word: the misspelt pin of a relationship leaves it as it was.

## Example
```yaml
decisions:
  mongo.Comment.pots: embed
```

## Instead
```yaml
decisions:
  mongo.Comment.post: embed
```
`groundplan why Comment.post` shows the decisions behind an object, each with the key that pins it.

## When to ignore
Never: take the pin out.

## Also known as
Nothing like it in other tools.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import did_you_mean
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.rules.pins import decisions_by_pin, own_pins


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find pins whose key no decision has."""
    pins = own_pins(draft)
    if not pins:
        return
    known = decisions_by_pin(draft)
    for pin in pins:
        if pin.key not in known:
            near = did_you_mean(pin.key, known, kind="pins")
            yield RULE.found(pin.origin, f'nothing is decided under "{pin.key}"', help=near)


RULE: Rule[Draft] = Rule(code="MD001", name="pin_of_nothing", check=check, page=__doc__)
