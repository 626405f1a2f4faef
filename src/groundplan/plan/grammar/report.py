"""What a reading of one document fills: its findings, with the place of every character of a text."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.origin import Origin
from groundplan.base.rule import FindingKind
from groundplan.plan.grammar.findings import EMPTY_VALUE, WRONG_SHAPE
from groundplan.plan.grammar.scan import Cursor, Place, Unreadable
from groundplan.plan.yaml.nodes import Mapping, Node, Scalar, Sequence
from groundplan.plan.yaml.places import places_of
from groundplan.plan.yaml.source import Source

MAX_FINDINGS = 1000
"""Findings kept of one document: a file that is wrong throughout is no reason to run out of memory."""


@dataclass(slots=True, kw_only=True)
class Report:
    """The findings of the reading of one document, in the order in which they were met."""

    source: Source
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, rule: FindingKind, origin: Origin, message: str, *, help: str) -> None:  # noqa: A002 - as in Diagnostic
        """Note a finding, unless there are enough of them."""
        if len(self.found) < MAX_FINDINGS:
            self.found.append(Diagnostic(code=rule.code, message=message, origin=origin, help=help))

    def wrong_shape(self, node: Node, *, subject: str, expected: str) -> None:
        """Note that a node is of the wrong kind, or is empty; `expected` says what belongs there."""
        if isinstance(node, Scalar) and (node.value is None or not node.text.strip()):
            self.add(EMPTY_VALUE, node.origin, f"{subject} has no value", help=f"write {expected}, or take it out")
        else:
            self.add(WRONG_SHAPE, node.origin, f"{subject} is {kind_of(node)}", help=f"write {expected}")

    def unreadable(self, problem: Unreadable, place: Place) -> None:
        """Note that a text does not follow its short form."""
        self.add(problem.rule, problem.origin or place(problem.offset), problem.message, help=problem.help)

    def cursor(self, scalar: Scalar) -> Cursor:
        """Begin to read the text of a scalar."""
        return Cursor(scalar.text, self.place(scalar))

    def place(self, scalar: Scalar) -> Place:
        """Return the way from offsets in the text of a scalar to places in the file."""
        return places_of(scalar, self.source)


def kind_of(node: Node) -> str:
    """Say in words what a node is."""
    match node:
        case Mapping(entries=()):
            return "an empty mapping"
        case Mapping():
            return "a mapping"
        case Sequence(items=()):
            return "an empty list"
        case Sequence():
            return "a list"
        case Scalar(value=None):
            return "empty"
        case Scalar(value=bool()):
            return f"the truth value {node.text}"
        case Scalar(value=int() | float()):
            return f"the number {node.text}"
        case Scalar():
            return "a text"
