"""Finds the files that a plan includes: within its folder, each once, none in a circle."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.errors import SourceUnreadable
from groundplan.plan.grammar.findings import (
    INCLUDE_CYCLE,
    INCLUDE_OUTSIDE,
    INCLUDE_UNREADABLE,
    NOT_A_PLAN,
)
from groundplan.plan.grammar.report import Report, kind_of
from groundplan.plan.yaml.nodes import Mapping, Node, Scalar, Sequence
from groundplan.plan.yaml.reader import Document, read_document

MAX_DEPTH = 50
"""Longest chain of files that include each other."""


_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://|[\w.-]+@[\w.-]+:", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Included:
    """A file of a plan, with the report that its reading fills."""

    document: Document
    report: Report


@dataclass(slots=True, kw_only=True)
class Includes:
    """The files that a plan includes, depth first; `root` is the plan's own file, None where it is a text."""

    root: Path | None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    _seen: dict[Path, Included | None] = field(default_factory=dict)

    def of(self, own: Included) -> tuple[Included, ...]:
        """Return every included file once, what a file includes before the file itself."""
        if self.root is None:
            self._refuse_all(own)
            return ()
        path = self.root.resolve()
        found: list[Included] = []
        self._collect(own, path=path, folder=path.parent, trail=(path,), found=found)
        return tuple(found)

    def _refuse_all(self, own: Included) -> None:
        for scalar in included_names(own.document.root)[:1]:
            message = "a plan that is no file cannot include files"
            own.report.add(INCLUDE_OUTSIDE, scalar.origin, message, help="save it in a file, or write it in one piece")

    def _collect(
        self, part: Included, *, path: Path, folder: Path, trail: tuple[Path, ...], found: list[Included]
    ) -> None:
        """Add what one file includes to `found`; `trail` are the files that led here."""
        for scalar in included_names(part.document.root):
            target = self._target(scalar, part, path=path, folder=folder)
            if target is None:
                continue
            if target in trail:
                circle = " -> ".join(step.name for step in (*trail[trail.index(target) :], target))
                part.report.add(
                    INCLUDE_CYCLE, scalar.origin, f"files include each other: {circle}", help="take one include out"
                )
            elif len(trail) > MAX_DEPTH:
                message = f"files include each other more than {MAX_DEPTH} levels deep"
                part.report.add(INCLUDE_CYCLE, scalar.origin, message, help="name the files in one list instead")
            elif target not in self._seen:
                included = self._seen[target] = self._load(scalar, part)
                if included is not None:
                    self._collect(included, path=target, folder=folder, trail=(*trail, target), found=found)
                    found.append(included)

    def _target(self, scalar: Scalar, part: Included, *, path: Path, folder: Path) -> Path | None:
        """Return the file that an include names, where it lies within the folder of the plan."""
        name = scalar.text.strip()
        if _ADDRESS.match(name):
            message = f"{name} is an address, and only files in the folder of the plan are read"
            advice = f"save it in {folder.name}/ or a folder below, and write its path, as in include: users.plan.yaml"
            part.report.add(INCLUDE_OUTSIDE, scalar.origin, message, help=advice)
            return None
        try:
            target = (path.parent / name).resolve()
        except (OSError, RuntimeError, ValueError):  # a circle of links, or a NUL in the path
            advice = "check the path, and the links on it"
            part.report.add(INCLUDE_UNREADABLE, scalar.origin, f"{name!a} leads to no file", help=advice)
            return None
        if target.is_relative_to(folder):
            return target
        message = f"{name} is outside the folder of the plan"
        part.report.add(INCLUDE_OUTSIDE, scalar.origin, message, help=f"move it into {folder.name}/ or a folder below")
        return None

    def _load(self, scalar: Scalar, part: Included) -> Included | None:
        path = Path(scalar.origin.file).parent / scalar.text.strip()
        try:
            result = read_document(path, file=str(path))
        except SourceUnreadable as error:
            part.report.add(INCLUDE_UNREADABLE, scalar.origin, error.message, help=error.help)
            return None
        self.diagnostics.extend(result.diagnostics)
        document = result.document
        if document is None:
            return None
        included = Included(document=document, report=Report(source=document.source))
        if isinstance(document.root, Mapping):
            return included
        message = f"the included file is {kind_of(document.root)}"
        part.report.add(NOT_A_PLAN, scalar.origin, message, help="write keys of a plan into it, such as entities:")
        return None


def included_names(root: Node) -> tuple[Scalar, ...]:
    """Return the file names under `include`; what is none of these is reported where keys are read."""
    node = root.get("include") if isinstance(root, Mapping) else None
    items = node.items if isinstance(node, Sequence) else (node,)
    names = (item for item in items if isinstance(item, Scalar) and isinstance(item.value, str))
    return tuple(item for item in names if item.text.strip() and "," not in item.text)
