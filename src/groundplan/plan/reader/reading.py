"""From a file or a text to a plan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from groundplan.base.collector import collector_paused
from groundplan.base.diagnostics import Diagnostic, in_reading_order
from groundplan.plan.grammar.document import PLAN
from groundplan.plan.grammar.findings import NOT_A_PLAN
from groundplan.plan.grammar.report import Report, kind_of
from groundplan.plan.model import Plan
from groundplan.plan.reader.includes import Included, Includes
from groundplan.plan.reader.merge import merge
from groundplan.plan.yaml.nodes import Mapping
from groundplan.plan.yaml.reader import Document, read_document

_EXAMPLE = "write plan: NAME, and entities: with what it is about"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReading:
    """What a reading gives.

    `plan` is None only where the text is no YAML or its root no mapping; otherwise it holds all that could be read, and
    it is sound where no diagnostic is an error. `sources` are the documents of its files, the plan's own first.
    """

    plan: Plan | None
    diagnostics: tuple[Diagnostic, ...]
    sources: tuple[Document, ...] = field(repr=False)


def read_plan(path: Path) -> PlanReading:
    """Read a plan from a file, with the files that it includes.

    Raises SourceUnreadable when the file is missing, cannot be read, is a folder, is too large or is not UTF-8; of an
    included file that is a finding.
    """
    with collector_paused():
        return _read(path, file=str(path))


def read_plan_text(text: str, *, file: str) -> PlanReading:
    """Read a plan from a text, which cannot include files; `file` is the name that origins show.

    Raises SourceUnreadable when the text is too large.
    """
    with collector_paused():
        return _read(text, file=file)


def _read(path_or_text: Path | str, *, file: str) -> PlanReading:
    result = read_document(path_or_text, file=file)
    document = result.document
    if document is None:
        return PlanReading(plan=None, diagnostics=result.diagnostics, sources=())
    own = Included(document=document, report=Report(source=document.source))
    if not isinstance(document.root, Mapping):
        own.report.add(NOT_A_PLAN, document.root.origin, f"the plan is {kind_of(document.root)}", help=_EXAMPLE)
        found = (*result.diagnostics, *own.report.found)
        return PlanReading(plan=None, diagnostics=in_reading_order(found), sources=(document,))
    includes = Includes(root=path_or_text if isinstance(path_or_text, Path) else None)
    parts = (*includes.of(own), own)
    plan = _merged(parts)
    found = (*result.diagnostics, *includes.diagnostics, *(one for part in parts for one in part.report.found))
    sources = (document, *(part.document for part in parts[:-1]))
    return PlanReading(plan=plan, diagnostics=in_reading_order(found), sources=sources)


def plan_of(documents: Iterable[Document]) -> Plan:
    """Return the plan that documents make, the plan's own first; what is wrong with them is left out of it."""
    own, *included = (Included(document=document, report=Report(source=document.source)) for document in documents)
    return _merged((*included, own))


def _merged(parts: tuple[Included, ...]) -> Plan:
    """Make a plan of its files, its own last."""
    root, file = parts[-1].document.root, parts[-1].document.source.file
    said = (PLAN.fields(part.document.root, part.report, subject="the plan") for part in parts)
    return merge([fields for fields in said if fields is not None], name=_name_of(file), origin=root.origin)


def _name_of(file: str) -> str:
    """Return the name of a plan that does not say it: its file's, up to the first dot."""
    last = re.split(r"[/\\]", file)[-1].strip("<>")
    return last.partition(".")[0].strip() or "plan"
