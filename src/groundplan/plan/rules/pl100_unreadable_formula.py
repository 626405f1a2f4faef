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

BEHIND_A_VALUE = "an operator or the end"
_INSTEAD = {
    "=": "write a single = to compare, and >= or <= with = behind the other sign",
    "computed": "take either the default or the computed expression out",
    "default": "write = and the default once, at the end",
    **dict.fromkeys(("des", "descending"), "write desc"),
    "ascending": "write asc, or nothing",
}


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find formulas that do not parse."""
    for defect in examined.defects_of(UnreadableFormula):
        yield RULE.found(
            defect.origin,
            f"the formula does not parse: expected {defect.expected}, found {defect.found}",
            help=_advice(defect),
        )


def _advice(defect: UnreadableFormula) -> str:
    found = defect.found.strip('"').lower()
    if found in _INSTEAD:
        return _INSTEAD[found]
    if found.isdecimal() and defect.expected == BEHIND_A_VALUE:
        return "write a length of time as 7 days or interval '7 days', and an operator or a comma before other numbers"
    return "names with blanks or signs stand in double quotes, texts in single quotes"


RULE = PlanRule(code="PL100", name="unreadable_formula", check=check, page=__doc__)
