"""A number has more digits than MongoDB stores.

## What it does
Finds `decimal` attributes of more than 34 digits, also as elements of lists and bounds of ranges.

## Why it matters
BSON's exact number, Decimal128, has 34 digits; a value with more of them cannot be written.

## Example
```yaml
entities:
  Wallet: {attributes: {amount: "decimal(40, 18)"}}
```

## Instead
```yaml
entities:
  Wallet: {attributes: {amount: "decimal(34, 18)"}}
```

## When to ignore
When no value ever has more than 34 digits.

## Also known as
IEEE 754-2008, decimal128; MongoDB manual, "BSON Types".
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.rule import Rule
from groundplan.mongo.design.draft import Draft
from groundplan.mongo.representation import DECIMAL_DIGITS
from groundplan.plan.types import AttributeType, Decimal, ListOf, Range


def check(draft: Draft) -> Iterator[Diagnostic]:
    """Find numbers that Decimal128 cannot hold."""
    for relation in draft.logical.relations:
        for attribute in relation.attributes:
            digits = _digits(attribute.type)
            if digits > DECIMAL_DIGITS:
                yield RULE.found(
                    attribute.origin,
                    f'"{relation.source}.{attribute.declared}" has {digits} digits, and {DECIMAL_DIGITS} are the most '
                    "that MongoDB stores exactly",
                    help=f"ask for {DECIMAL_DIGITS} digits or fewer, or keep it as text",
                )


def _digits(of: AttributeType) -> int:
    match of:
        case Decimal():
            return of.precision
        case ListOf() | Range():
            return _digits(of.of)
        case _:
            return 0


RULE: Rule[Draft] = Rule(code="MD006", name="number_too_long", check=check, page=__doc__, severity=Severity.WARNING)
