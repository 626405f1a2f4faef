"""Names as forms: what can be a name, a name that refers to something, and lists of such names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from groundplan.base.names import composed
from groundplan.base.origin import PlacedName
from groundplan.plan.grammar.findings import BAD_NAME, REPEATED_MEMBER, WRONG_SHAPE
from groundplan.plan.grammar.forms import Form, Schema
from groundplan.plan.grammar.report import Report
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Mapping, Node, Scalar, Sequence

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Characters without width and marks that turn the direction of writing: two names that differ in them look the same.

The joiners U+200C and U+200D and the variation selector U+FE0F are not among them: scripts and emoji need them.
"""


def name_problem(name: str) -> str | None:
    """Say what keeps a text from being a name; None where nothing does.

    Quotes, blanks inside, reserved words and any script are fine: whoever writes SQL quotes them.
    """
    if not name.strip():
        return "a name cannot be empty"
    if name != name.strip():
        return f'the name "{name}" begins or ends with a blank'
    problem = hidden_problem(name)
    if problem is None and "." in name:
        return f'the name "{name}" holds a dot, which parts the steps of a path'
    return problem


def hidden_problem(name: str) -> str | None:
    """Say which character of a name cannot be seen; None where all of it can."""
    if _CONTROL.search(name):
        return f'the name "{ascii(name)[1:-1]}" holds a control character'
    found = _INVISIBLE.search(name)
    if found:
        return f'the name "{_INVISIBLE.sub(_escaped, name)}" holds the invisible character U+{ord(found.group()):04X}'
    return None


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"


def check_name(scalar: Scalar, report: Report) -> bool:
    """Tell whether the text of a scalar can be a name; where it cannot, note why."""
    problem = name_problem(scalar.text)
    if problem:
        report.add(BAD_NAME, scalar.origin, problem, help="write a name such as OrderLine, order_line or Order line")
    return problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Form[str]):
    """The name of something that is declared elsewhere."""

    def read(self, node: Node, report: Report, *, subject: str) -> str | None:
        """Read a name."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.text.strip():
            if isinstance(node, Scalar) and node.value is not None and node.text:
                report.add(WRONG_SHAPE, node.origin, f"{subject} is no name", help=f'write "{node.text}" in quotes')
            else:
                report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        lead = len(node.text) - len(node.text.lstrip())
        return PlacedName(composed(node.text.strip()), report.place(node)(lead))

    def write(self, value: str) -> Node:
        """Write the name."""
        return nodes.scalar(value)

    def schema(self) -> Schema:
        """Describe a name."""
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Title(Reference):
    """The name of the whole, which no path leads to: dots may stand in it."""

    def read(self, node: Node, report: Report, *, subject: str) -> str | None:
        """Read a name all of which can be seen."""
        found = Reference.read(self, node, report, subject=subject)
        name = None if found is None else str(found)
        problem = None if name is None else hidden_problem(name)
        if problem is not None:
            report.add(BAD_NAME, node.origin, problem, help="write a name such as blog or online shop")
        return name if problem is None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameList(Form[tuple[str, ...]]):
    """Names of things that are declared elsewhere, in order; one name can stand without a list."""

    of: Reference
    is_set: bool = True

    def read(self, node: Node, report: Report, *, subject: str) -> tuple[str, ...] | None:
        """Read the names; a text with commas is no list."""
        if isinstance(node, Scalar) and isinstance(node.value, str) and "," in node.text:
            report.add(
                WRONG_SHAPE, node.origin, f"{subject} is a text with commas", help=f"write [{node.text.strip()}]"
            )
            return None
        if isinstance(node, Mapping):
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        if not isinstance(node, Sequence):
            name = self.of.read(node, report, subject=subject)
            return None if name is None else (name,)
        names: list[str] = []
        for item in node.items:
            name = self.of.read(item, report, subject=f"a member of {subject}")
            if name is not None and self.is_set and name in names:
                report.add(REPEATED_MEMBER, item.origin, f'{subject} names "{name}" twice', help="take one of them out")
            elif name is not None:
                names.append(name)
        if not node.items:
            report.add(WRONG_SHAPE, node.origin, f"{subject} is an empty list", help=f"write {self.expected}")
        return tuple(names) or None

    def write(self, value: tuple[str, ...]) -> Node:
        """Write a list in brackets."""
        return nodes.sequence(value, flow=True)

    def schema(self) -> Schema:
        """Describe a list of names, or one name."""
        name = self.of.schema()
        several = {"type": "array", "items": name, "minItems": 1, "uniqueItems": self.is_set}
        return {"anyOf": [name, several]}


def names(noun: str, example: str, *, is_set: bool = True) -> NameList:
    """Make the form of a list of names; `is_set` refuses repeats."""
    first = example.strip("[]").partition(",")[0]
    return NameList(noun=noun, example=example, of=Reference(noun="a name", example=first), is_set=is_set)


def name(noun: str, example: str) -> Reference:
    """Make the form of a name that refers to something."""
    return Reference(noun=noun, example=example)
