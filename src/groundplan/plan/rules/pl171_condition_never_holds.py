"""A condition holds for no row.

## What it does
Finds conditions that want one attribute to equal two constants, a required attribute to be missing, or a row that is
softly deleted: reads, updates and deletes leave those out.

## Why it matters
The pattern is fast and always empty. Mostly `or` was meant instead of `and`.

## Example
```yaml
access:
  open: {read: Order, where: status = 'new' and status = 'paid'}
```

## Instead
```yaml
access:
  open: {read: Order, where: "status in ('new', 'paid')"}
```

## When to ignore
Never: take the pattern out.

## Also known as
None.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.plan.expressions import Binary, Expression, IsNull, Literal, Operator, Path, conjuncts
from groundplan.plan.patterns import DeletePattern, ReadPattern, UpdatePattern
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule
from groundplan.plan.scope import DELETED_AT, Scope


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find conditions that no row satisfies."""
    for pattern in examined.resolved.patterns:
        if not isinstance(pattern, ReadPattern | UpdatePattern | DeletePattern):
            continue
        problem = _problem(conjuncts(pattern.where), examined.scope)
        if problem is not None:
            yield RULE.found(
                pattern.origin,
                f'the condition of "{pattern.name}" never holds: {problem}',
                help="mend the condition, or take the pattern out",
            )


def _problem(conditions: tuple[Expression, ...], scope: Scope) -> str | None:
    equal: dict[Path, Literal] = {}
    for condition in conditions:
        match condition:
            case Binary(Operator.EQUAL, Path(is_many=False) as path, Literal() as value):
                if equal.setdefault(path, value).value != value.value:
                    return f'"{path.attribute}" cannot be {equal[path].value} and {value.value} at once'
            case IsNull(operand=Path(is_optional=False) as path, is_negated=False) if not path.hops:
                return f'"{path.attribute}" is never missing'
            case IsNull(operand=Path(hops=(), attribute="deleted_at") as path, is_negated=True):
                if path.attribute == DELETED_AT and scope.is_soft_deleted(path.entity):
                    return "rows that are deleted softly are left out"
            case _:
                pass
    return None


RULE = PlanRule(code="PL171", name="condition_never_holds", check=check, page=__doc__, severity=Severity.WARNING)
