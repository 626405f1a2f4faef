"""A formula does not parse.

## What it does
Finds formulas (`where`, `order`, `fields`, `set`, `checks`, defaults) that are no SQL expression: a bracket or quote
that is not closed, two values without an operator between them, an operator without a value, a stray character.

## Why it matters
Every formula is compiled for both engines. What does not parse has no meaning that could be compiled, and nothing of a
formula ever reaches an engine unparsed.

## Example
```yaml
access:
  open_orders: {read: Order, where: status = 'open' and (total > 100}
```

## Instead
```yaml
access:
  open_orders: {read: Order, where: status = 'open' and total > 100}
```
Names that hold blanks, signs or quotes stand in double quotes (`"line total" > 100`), texts in single quotes.

## When to ignore
Never: without the formula there is no design.

## Also known as
sqlfluff PRS, squawk syntax-error.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import UnreadableFormula
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find formulas that do not parse."""
    for defect in examined.defects_of(UnreadableFormula):
        yield RULE.found(
            defect.origin,
            f"the formula does not parse: expected {defect.expected}, found {defect.found}",
            help="names with blanks or signs stand in double quotes, texts in single quotes",
        )


RULE = PlanRule(code="PL100", name="unreadable_formula", check=check, page=__doc__)
