"""Walks the grammar: every form that a plan is made of, and every record among them."""

from __future__ import annotations

from typing import Any

from groundplan.plan.grammar.document import PLAN
from groundplan.plan.grammar.forms import Form
from groundplan.plan.grammar.records import Record


def every_form() -> tuple[Form[Any], ...]:
    """Return every form once, a form before its parts, in reading order."""
    found: dict[int, Form[Any]] = {}
    pending: list[Form[Any]] = [PLAN]
    while pending:
        form = pending.pop()
        if id(form) not in found:
            found[id(form)] = form
            pending.extend(reversed(form.parts()))
    return tuple(found.values())


def every_record() -> tuple[Record[Any], ...]:
    """Return every record once, the plan first."""
    return tuple(form for form in every_form() if isinstance(form, Record))
