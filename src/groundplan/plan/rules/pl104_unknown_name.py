"""A formula names an attribute or relationship that the entity does not have.

## What it does
Finds steps of paths that lead nowhere, and bare words that are neither an attribute nor a value of the enum beside
them.

## Why it matters
A misspelt name is the commonest slip in a plan. Found here, it points at the letter; found by an engine, at a query
that somebody else wrote.

## Example
```yaml
access:
  mine: {read: Order, where: custmer = :customer}
```

## Instead
```yaml
access:
  mine: {read: Order, where: customer = :customer}
```
A path may go along relationships and their inverses (`customer.name`, `lines.product.title`). Texts stand in single
quotes.

## When to ignore
Never: the path has no meaning.

## Also known as
SQLSTATE 42703 (undefined_column), sqlfluff RF01.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import did_you_mean, nearest
from groundplan.plan.defects import UnknownName
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find steps of paths that an entity does not have."""
    for defect in examined.defects_of(UnknownName):
        if examined.scope.leads_nowhere(defect.entity, defect.name):
            continue
        noun = "attribute" if defect.is_last else "relationship"
        owner = "link" if defect.entity in examined.scope.links else "entity"
        message = f'{owner} "{defect.entity}" has no {noun} "{defect.name}"'
        yield RULE.found(defect.origin, message, help=_advice(defect))


def _advice(defect: UnknownName) -> str:
    if defect.link is not None:
        return (
            f'"{defect.name}" belongs to the links of {defect.link}; paths reach it when the links are an entity of '
            "their own"
        )
    if not defect.is_last and defect.name in defect.attributes:
        return (
            f'"{defect.name}" is an attribute, and nothing lies beyond an attribute; JSON is taken apart by -> and ->>'
        )
    known = (*defect.attributes, *defect.relationships) if defect.is_last else defect.relationships
    advice = did_you_mean(defect.name, known, kind="attributes" if defect.is_last else "relationships")
    if not defect.is_last or nearest(defect.name, known):
        return advice
    text = defect.name.replace("'", "''")
    return f"{advice}; a text stands in single quotes, '{text}'"


RULE = PlanRule(code="PL104", name="unknown_name", check=check, page=__doc__)
