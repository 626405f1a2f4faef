"""Findings as data: what is wrong, where, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from groundplan.base.origin import Origin


class Severity(Enum):
    """How bad a finding is; only errors stop a stage."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding of one rule at one place.

    `code` is the rule's code (`PL002`), `message` one sentence without a full stop, `help` what to do next.
    """

    code: str
    message: str
    origin: Origin
    help: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.origin}  {self.code}  {self.message}\n    help: {self.help}"


def in_reading_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sort findings by file, line and column, each finding once."""
    return tuple(sorted(set(diagnostics), key=lambda found: (found.origin, found.code, found.message)))


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether any finding stops the next stage."""
    return any(found.severity is Severity.ERROR for found in diagnostics)
