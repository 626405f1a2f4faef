"""The decisions of a plan or of a finished design."""

from __future__ import annotations

from pathlib import Path

from groundplan.base.decisions import Decision
from groundplan.base.errors import SourceUnreadable


def read_decisions(source: Path) -> tuple[Decision, ...]:
    """Return every decision of a plan (designed anew, nothing is proven) or of a design's folder.

    Raises SourceUnreadable, PlanInvalid and NotDesignedYet.
    """
    if not source.is_dir():
        from groundplan.service.design import design_plan

        return design_plan(source).decisions
    from groundplan.report.decisions_json import read_decisions_json

    file = source / "decisions.json"
    try:
        return read_decisions_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceUnreadable(
            f"{source} holds no readable decisions.json", help="name a plan, or the folder that design wrote"
        ) from error
