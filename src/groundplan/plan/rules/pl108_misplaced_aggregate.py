"""An aggregate function stands where there is nothing to aggregate.

## What it does
Finds `count`, `sum`, `max` and the like in conditions, assignments, checks and groups; inside one another; over the
rows of a read that has no `group`; and over a collection from within a group.

## Why it matters
A condition looks at one row at a time. In a read without `group` an aggregate counts what hangs on each row
(`count(comments)`); in a grouped read it counts the rows of the group. Mixing the two multiplies rows before they are
counted, which is the classic wrong total.

## Example
```yaml
access:
  busy: {read: Post, where: count(comments) > 100}
  total: {read: Order, fields: [sum(total) as total]}
```

## Instead
```yaml
access:
  busy: {read: Post, fields: [title, count(comments) as comments], order: comments desc, limit: 20}
  total: {read: Order, group: [customer], fields: [sum(total) as total]}
```

## When to ignore
Never: the query has no meaning.

## Also known as
SQLSTATE 42803 (grouping_error).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import AggregateDefect, MisplacedAggregate
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_ADVICE = {
    AggregateDefect.PLACE: "aggregates stand in `fields` and `order`",
    AggregateDefect.NESTED: "aggregate once; raw `sql:` can do it twice",
    AggregateDefect.OWN_ROWS: "add `group`, or aggregate what hangs on a row, as in count(comments); "
    "one total over all rows is raw `sql:`",
    AggregateDefect.COLLECTION: "read the collection's own entity and group that",
}


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find aggregates that stand where they cannot."""
    for defect in examined.defects_of(MisplacedAggregate):
        place = f" in `{defect.what}`" if defect.because is AggregateDefect.PLACE else ""
        message = f"{defect.function}() {defect.because.value}{place}"
        yield RULE.found(defect.origin, message, help=_ADVICE[defect.because])


RULE = PlanRule(code="PL108", name="misplaced_aggregate", check=check, page=__doc__)
