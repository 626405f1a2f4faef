"""A pin of the MongoDB design asks for what cannot be had.

## What it does
Finds pins whose choice is not one that the decision offers: misspelt, or rejected because it cannot be built.

## Why it matters
The design would silently go on with its own choice.

## Example
```yaml
entities:
  Post: {attributes: {title: text}}
  Comment: {attributes: {content: text}}
relationships:
  Comment.post > Post: {inverse: comments}
decisions:
  mongo.Comment.post: embed
```
Nothing bounds how many comments a post has, and a document may have 16 MB.

## Instead
Choose one of the alternatives that the message lists, or take the pin out. Where the message says why a choice cannot
be had, it also says what to write in the plan to get it, if there is a way: here `inverse_fanout: {max: 200}`.

## When to ignore
Never: the design does not do what the plan says.

## Also known as
Nothing like it in other tools.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.decisions import Decision
from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import nearest
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.design.rules.pins import decisions_by_pin, own_pins
from groundplan.plan.model import Pin

REFUSED = ("not built", "not to be had", "not offered")
"""How the reason of an alternative begins that no pin can ask for."""


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find pins that no decision under their key took over."""
    pins = own_pins(draft)
    if not pins:
        return
    known = decisions_by_pin(draft)
    for pin in pins:
        decisions = known.get(pin.key, ())
        if decisions and not any(found.is_pinned or found.choice == pin.choice for found in decisions):
            yield RULE.found(pin.origin, f'"{pin.key}" cannot be "{pin.choice}"', help=_help(pin, decisions[0]))


def _help(pin: Pin, decision: Decision) -> str:
    for alternative in decision.alternatives:
        if alternative.choice == pin.choice:
            return alternative.why_not
    offered = [found.choice for found in decision.alternatives if not found.why_not.startswith(REFUSED)]
    near = nearest(pin.choice, (decision.choice, *offered))
    hint = f'did you mean "{near}"? ' if near is not None else ""
    others = ", ".join(f'"{choice}"' for choice in offered) or "nothing else"
    return f'{hint}it is "{decision.choice}" and could be {others}'


RULE: Rule[Draft] = Rule(code="MD002", name="pin_not_honoured", check=check, page=__doc__)
