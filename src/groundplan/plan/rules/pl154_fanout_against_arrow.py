"""A fan-out contradicts the arrow of its relationship.

## What it does
Finds fan-outs above 1 towards a side of which there is one at most: `fanout` on `>` and `-`, `inverse_fanout` on `<`
and `-`.

## Why it matters
`fanout` counts targets per source, `inverse_fanout` sources per target. Given the wrong way round, the numbers that
size tables and choose indexes are lost.

## Example
```yaml
relationships:
  Comment.post > Post: {fanout: {p50: 4}}
```

## Instead
```yaml
relationships:
  Comment.post > Post: {inverse_fanout: {p50: 4}}
```

## When to ignore
Never: the arrow allows one.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.model import Arrow
from groundplan.plan.quantities import Fanout
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_TO_ONE_TARGET = (Arrow.MANY_TO_ONE, Arrow.ONE_TO_ONE)
_TO_ONE_SOURCE = (Arrow.ONE_TO_MANY, Arrow.ONE_TO_ONE)


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find fan-outs above one where the arrow allows one."""
    for relationship in examined.plan.relationships:
        sides = (
            ("fanout", relationship.fanout, _TO_ONE_TARGET, "inverse_fanout"),
            ("inverse_fanout", relationship.inverse_fanout, _TO_ONE_SOURCE, "fanout"),
        )
        for word, fanout, arrows, other in sides:
            if relationship.arrow in arrows and _most(fanout) > 1:
                yield RULE.found(
                    relationship.origin,
                    f'`{word}` of "{relationship.label}" is up to {_most(fanout)}, and its arrow allows 1',
                    help=f"did you mean {other}? `fanout` counts targets per source, `inverse_fanout` the other way",
                )


def _most(fanout: Fanout) -> int:
    return max((count for count in (fanout.p50, fanout.p99, fanout.max) if count is not None), default=0)


RULE = PlanRule(code="PL154", name="fanout_against_arrow", check=check, page=__doc__)
