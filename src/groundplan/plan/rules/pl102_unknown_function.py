"""A formula calls a function that is not on the list.

## What it does
Finds calls of functions that formulas do not have.

## Why it matters
The functions of formulas are those that PostgreSQL has under the same name and that MongoDB can express, with a known
volatility. Any other name may be missing on the server, or may be changed by whoever can create functions there.

## Example
```yaml
access:
  by_sound: {read: User, where: soundex(name) = soundex(:name)}
```

## Instead
```yaml
access:
  by_sound: {sql: "SELECT id, name FROM users WHERE soundex(name) = soundex(:name)"}
```

## When to ignore
Never: use raw `sql:` for functions of your own.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.names import nearest
from groundplan.plan.defects import UnknownFunction
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_ELSEWHERE = {
    **{
        unit: f"date_trunc('{unit}', …)"
        for unit in ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
    },
    **dict.fromkeys(("ifnull", "isnull", "nvl"), "coalesce"),
    **dict.fromkeys(("getdate", "sysdate", "getutcdate", "current_time"), "now()"),
    **dict.fromkeys(("today", "curdate"), "current_date"),
    **dict.fromkeys(("uuid", "newid", "uuid_generate_v4", "gen_uuid"), "gen_random_uuid()"),
    **dict.fromkeys(("len", "datalength"), "length"),
    **dict.fromkeys(("group_concat", "string_agg"), "a path such as tags.name, which gives an ordered list"),
}
"""What functions of other engines, and spans of time, are called here."""


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find calls of functions that are not known."""
    for defect in examined.defects_of(UnknownFunction):
        near = nearest(defect.function, defect.known)
        meant = _ELSEWHERE.get(defect.function) or (f'"{near}"' if near else None)
        raw = "raw `sql:` can call any function of the server"
        yield RULE.found(
            defect.origin,
            f'formulas have no function "{defect.function}"',
            help=f"did you mean {meant}? {raw}" if meant else raw,
        )


RULE = PlanRule(code="PL102", name="unknown_function", check=check, page=__doc__)
