"""A fan-out needs more rows than there are.

## What it does
Compares fan-outs with row counts: half of all targets have at least the median number of sources, one in a hundred at
least the 99th percentile, and no target has more sources than there are rows.

## Why it matters
One of the numbers is wrong, and both size the tables, the indexes and the synthetic rows. Such rows cannot be made, so
the proof would clip the fan-out.

## Example
```yaml
entities:
  Post:    {rows: {now: 20M}}
  Comment: {rows: {now: 1M}}
relationships:
  Comment.post > Post: {inverse_fanout: {p50: 4}}
```

## Instead
```yaml
entities:
  Post:    {rows: {now: 20M}}
  Comment: {rows: {now: 150M}}
relationships:
  Comment.post > Post: {inverse_fanout: {p50: 4}}
```

## When to ignore
Where the fan-outs describe a later day than `rows`.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.model import Arrow, Relationship
from groundplan.plan.quantities import Fanout
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import Scope

_TOLERANCE = 1.1
"""People round: a need within a tenth of what is there passes."""


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find fan-outs that the row counts cannot satisfy."""
    for relationship in examined.plan.relationships:
        for word, fanout, per, of in _sides(relationship, examined.scope):
            problem = _problem(fanout, per=per, of=of, is_link=relationship.arrow is Arrow.MANY_TO_MANY)
            if problem is not None:
                yield RULE.found(
                    relationship.origin,
                    f'`{word}` of "{relationship.label}" needs {problem}, and there are {of:,}',
                    help="mend the fan-out or the row counts",
                )


def _sides(relationship: Relationship, scope: Scope) -> Iterator[tuple[str, Fanout, int, int]]:
    """Return each fan-out with the rows it is counted per, and the rows it counts."""
    if len(relationship.targets) != 1:
        return
    counts = [
        scope.entities[name].rows.now if name in scope.entities else None
        for name in (relationship.source, relationship.targets[0])
    ]
    sources, targets = counts
    if sources is None or targets is None:
        return
    yield "fanout", relationship.fanout, sources, targets
    yield "inverse_fanout", relationship.inverse_fanout, targets, sources


def _problem(fanout: Fanout, *, per: int, of: int, is_link: bool) -> str | None:
    most = max((count for count in (fanout.p50, fanout.p99, fanout.max) if count is not None), default=0)
    if most > of:
        return f"{most:,} rows for one"
    if is_link:
        return None  # each row can be linked often, so only the links add up, and they have no declared count
    median = fanout.p50 or 0
    least = per * (0.49 * median + 0.01 * (fanout.p99 or median))
    return f"at least {round(least):,} rows" if least > of * _TOLERANCE else None


RULE = PlanRule(code="PL155", name="fanout_beyond_rows", check=check, page=__doc__, severity=Severity.WARNING)
