"""Broken calls: every error that groundplan raises on purpose.

Findings about a plan are data (`groundplan.base.diagnostics`); an exception means that the call itself cannot go on.
"""

from __future__ import annotations

from groundplan.base.diagnostics import Diagnostic


class GroundplanError(Exception):
    """A call that cannot go on.

    `code` names the kind of error (`EX001`), `message` what is wrong, `help` what to do next.
    """

    code = "EX000"

    def __init__(self, message: str, *, help: str) -> None:  # noqa: A002 - the word readers know from the output
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return f"{self.code}  {self.message}\n    help: {self.help}"


class SourceUnreadable(GroundplanError):
    """A file that is not there, cannot be opened, is too large or is not text."""

    code = "EX001"


class PlanInvalid(GroundplanError):
    """A plan with findings of severity error; `diagnostics` holds all findings of the run."""

    code = "EX002"

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("the plan has errors", help="mend each finding and run again")
        self.diagnostics = diagnostics


class OutputRefused(GroundplanError):
    """An output folder that cannot be written or holds something that is not ours."""

    code = "EX003"


class EngineMissing(GroundplanError):
    """No database engine was found that can prove the design."""

    code = "EX004"


class EngineFailed(GroundplanError):
    """A database engine stopped, ran out of disk or did not answer."""

    code = "EX005"


class NotDesignedYet(GroundplanError):
    """A construct of the plan language that no stage designs yet; `diagnostics` names each with its line."""

    code = "EX006"

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("the plan uses constructs that are not designed yet", help="take them out to design the rest")
        self.diagnostics = diagnostics


class UnknownObject(GroundplanError):
    """A name that the design does not hold."""

    code = "EX007"


class RowsImpossible(GroundplanError):
    """A rule of the plan that no synthetic row was found to satisfy."""

    code = "EX008"


class CursorRefused(GroundplanError):
    """A page cursor that was cut, altered, made by another version, or that belongs to another query."""

    code = "EX009"
