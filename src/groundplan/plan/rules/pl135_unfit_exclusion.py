"""An exclusion uses an operator that its attribute does not have.

## What it does
Finds operators in `exclude` that are unknown, or that do not fit the type of their member: `&&` asks whether two
ranges overlap, `-|-` whether they touch, `=` and `<>` compare single values.

## Why it matters
An exclusion constraint is kept by a GiST index, which has only the operators of the types' operator classes.

## Example
```yaml
entities:
  Booking:
    exclude: [{room: "=", starts_at: "&&"}]
    attributes: {starts_at: timestamp, ends_at: timestamp}
```

## Instead
```yaml
entities:
  Booking:
    exclude: [{room: "=", during: "&&"}]
    attributes: {during: range of timestamp}
```

## When to ignore
Never: the constraint could not be created.

## Also known as
SQLSTATE 42809 (wrong_object_type).
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import place_of
from groundplan.plan.kinds import Kind, kind_of, type_word
from groundplan.plan.paths import member_path
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule

_SINGLE_VALUES = frozenset(Kind) - {
    Kind.JSON,
    Kind.POINT,
    Kind.POLYGON,
    Kind.VECTOR,
    Kind.LIST,
    Kind.RANGE,
}  # what btree_gist has operator classes for (manual F.8)

_OPERATORS = {
    "=": _SINGLE_VALUES | {Kind.RANGE},
    "<>": _SINGLE_VALUES,
    "&&": frozenset({Kind.RANGE}),
    "-|-": frozenset({Kind.RANGE}),
}
"""The kinds of values that each operator of an exclusion takes."""


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find operators of exclusions that their members do not have."""
    for entity in examined.scope.entities.values():
        for exclusion in entity.exclude:
            for member, operator in exclusion.members:
                path = member_path(entity.name, member, scope=examined.scope)
                problem = _problem(operator, kind=None if path is None or path.type is None else kind_of(path.type))
                if problem is not None:
                    word = "" if path is None else f" of type {type_word(path.type)}"
                    yield RULE.found(
                        place_of(member, otherwise=exclusion.origin),
                        f'"{operator}" excludes nothing for "{member}"{word}',
                        help=problem,
                    )


def _problem(operator: str, *, kind: Kind | None) -> str | None:
    kinds = _OPERATORS.get(operator)
    if kinds is None:
        return f"operators of exclusions: {', '.join(_OPERATORS)}"
    if kind is None or kind in kinds:
        return None
    fitting = [known for known, takes in _OPERATORS.items() if kind in takes]
    return f"write {' or '.join(fitting)}" if fitting else "use an attribute of another type, such as a range"


RULE = PlanRule(code="PL135", name="unfit_exclusion", check=check, page=__doc__)
