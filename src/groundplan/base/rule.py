"""Rules: each finds one kind of defect; its module's docstring is its manual page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from typing import Generic, TypeVar

from groundplan.base.diagnostics import Diagnostic, Severity
from groundplan.base.origin import Origin

Subject = TypeVar("Subject")
"""What a rule looks at: a plan, a PostgreSQL schema, a MongoDB design …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKind:
    """A kind of finding that has no rule of its own: its code, a short name, and what it tells in one sentence."""

    code: str
    name: str
    summary: str


PAGE_HEADINGS = ("What it does", "Why it matters", "Example", "Instead", "When to ignore", "Also known as")
"""The headings of every manual page, in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Subject]):
    """One kind of defect.

    `code` is what a finding shows (`PL104`), `name` the defect in a few words (`unknown_name`); together they are the
    name of the rule's file. `check` finds the defect, `page` is the manual page, a sentence and then `PAGE_HEADINGS`.
    """

    code: str
    name: str
    check: Callable[[Subject], Iterable[Diagnostic]]
    page: str | None
    severity: Severity = Severity.ERROR

    @property
    def summary(self) -> str:
        """The first sentence of the manual page."""
        return cleandoc(self.page or "").partition("\n")[0]

    @property
    def sections(self) -> Mapping[str, str]:
        """The text under each heading of the manual page, in Markdown."""
        found: dict[str, str] = {}
        for part in ("\n" + cleandoc(self.page or "")).split("\n## ")[1:]:
            heading, _, text = part.partition("\n")
            found[heading.strip()] = text.strip("\n")
        return found

    def found(self, origin: Origin, message: str, *, help: str) -> Diagnostic:  # noqa: A002 - the word of the output
        """Make a finding of this rule: what is wrong at `origin`, and what to do next."""
        return Diagnostic(code=self.code, message=message, origin=origin, help=help, severity=self.severity)
