"""The decisions of a plan or of a finished design."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.base.errors import SourceUnreadable

if TYPE_CHECKING:
    from groundplan.report.decisions_json import DesignRecord


def read_decisions(source: Path) -> DesignRecord:
    """Return what was decided for a plan (designed anew, nothing is proven), or what a design's folder remembers.

    Raises SourceUnreadable, PlanInvalid and NotDesignedYet.
    """
    if not source.is_dir():
        from groundplan.report.decisions_json import record_of
        from groundplan.service.design import design_plan

        return record_of(design_plan(source))
    from groundplan.report.decisions_json import read_decisions_json

    file = source / "decisions.json"
    try:
        return read_decisions_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceUnreadable(
            f"{source} holds no readable decisions.json", help="name a plan, or the folder that design wrote"
        ) from error
