"""A value lacks the quotes, or the form, that its type is written in.

## What it does
Finds defaults and assigned values that read as something else than what they are meant to be: a date that is a
subtraction (`2024-02-29`), an address with stray signs, `yes` for a bool, a range in PostgreSQL's text form. It shows
what to write.

## Why it matters
A default is an expression. Without quotes `2024-02-29` is 1993, and `hello-world` takes one name from another.

## Example
```yaml
attributes:
  since: date = 2024-02-29
  site:  url = https://example.com
```

## Instead
```yaml
attributes:
  since: date = '2024-02-29'
  site:  url = 'https://example.com'
```
YAML takes one pair of quotes away where a value is nothing but quoted, so a mapping needs two:
`{type: date, default: "'2024-02-29'"}`.

## When to ignore
Never: the value cannot be read.

## Also known as
SQLSTATE 42804 (datatype_mismatch).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.defects import UnquotedValue
from groundplan.plan.grammar.type_forms import spell_whole_type
from groundplan.plan.kinds import type_word
from groundplan.plan.rules.examined import ExaminedPlan, PlanRule


def check(examined: ExaminedPlan) -> Iterator[Diagnostic]:
    """Find values that are not written as their type is."""
    for defect in examined.defects_of(UnquotedValue):
        message = f"{defect.value} is not how a value of {defect.attribute} ({type_word(defect.type)}) is written"
        yield RULE.found(defect.origin, message, help=_advice(defect))


def _advice(defect: UnquotedValue) -> str:
    is_default = defect.what == "default"
    short = f"write {spell_whole_type(defect.type)} = {defect.meant}"
    if not defect.meant.startswith("'"):
        return short if is_default else f"write {defect.meant}"
    twice = json.dumps(defect.meant, ensure_ascii=False)
    if is_default:
        return f"{short}, or default: {twice} in a mapping"
    return f"write {twice}, with both pairs of quotes: YAML takes one away"


RULE = PlanRule(code="PL116", name="unquoted_value", check=check, page=__doc__)
