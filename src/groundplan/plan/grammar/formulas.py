"""Expressions as forms: one, several, and by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from groundplan.base.names import composed
from groundplan.base.origin import Origin, Stretches
from groundplan.plan.formula import Formula
from groundplan.plan.grammar.findings import UNREADABLE_TEXT
from groundplan.plan.grammar.forms import Form, Schema, text_node
from groundplan.plan.grammar.names import check_name
from groundplan.plan.grammar.records import NamedForm
from groundplan.plan.grammar.report import Report
from groundplan.plan.grammar.scan import Place
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Entry, Mapping, Node, Scalar, Sequence, Style

M = TypeVar("M")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaForm(Form[Formula]):
    """An SQL expression; `allows_null` lets the constant `null` stand for itself."""

    noun: str = "an expression"
    example: str
    allows_null: bool = False

    def read(self, node: Node, report: Report, *, subject: str) -> Formula | None:
        """Read the text of a scalar as it is written; numbers and truth values are expressions too."""
        if isinstance(node, Scalar):
            text = node.text.strip()
            if node.value is None and self.allows_null and text:
                text = "null"
            if text and (node.value is not None or self.allows_null):
                return formula_at(text, report.place(node), len(node.text) - len(node.text.lstrip()))
        report.wrong_shape(node, subject=subject, expected=self.expected)
        return None

    def write(self, value: Formula) -> Node:
        """Write the text, over several lines where it has them, or a number or truth value where it is one."""
        if "\n" in value.text:
            return nodes.scalar(value.text, style=Style.LITERAL)
        return nodes.scalar(None) if value.text == "null" and self.allows_null else text_node(value.text)

    def schema(self) -> Schema:
        """Describe a text, a number or a truth value."""
        types = ["string", "number", "boolean", "null"] if self.allows_null else ["string", "number", "boolean"]
        return {"type": types, "examples": [self.example]}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaOrJson(FormulaForm):
    """An expression, or a list or mapping that stands for the JSON that it spells."""

    def read(self, node: Node, report: Report, *, subject: str) -> Formula | None:
        """Read a scalar as an expression, all else as JSON."""
        if isinstance(node, Scalar):
            return FormulaForm.read(self, node, report, subject=subject)
        return Formula(text=json.dumps(_plain(node), ensure_ascii=False), origin=node.origin)

    def schema(self) -> Schema:
        """Describe anything but nothing."""
        return {"not": {"type": "null"}, "examples": [self.example]}


def _plain(node: Node) -> object:
    match node:
        case Mapping():
            return {entry.key.text: _plain(entry.value) for entry in node.entries}
        case Sequence():
            return [_plain(item) for item in node.items]
        case Scalar():
            return node.value


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaList(Form[tuple[Formula, ...]]):
    """Expressions in order: a list, or one text with commas between them.

    `is_text_first` writes a single one as text.
    """

    of: Form[Formula]
    is_text_first: bool = False

    def read(self, node: Node, report: Report, *, subject: str) -> tuple[Formula, ...] | None:
        """Read every expression that can be read."""
        if isinstance(node, Scalar) and isinstance(node.value, str) and "," in node.text:
            return self._split(node, report, subject=subject)
        items = node.items if isinstance(node, Sequence) else (node,)
        if not items:
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        found = (self.of.read(item, report, subject=f"a member of {subject}") for item in items)
        return tuple(formula for formula in found if formula is not None) or None

    def _split(self, node: Scalar, report: Report, *, subject: str) -> tuple[Formula, ...] | None:
        place = report.place(node)
        parts = split_at_commas(node.text)
        missing = next((offset for text, offset in parts if not text), None)
        if missing is not None:
            message = f"{subject} has a comma with nothing before or behind it"
            report.add(UNREADABLE_TEXT, place(min(missing, len(node.text) - 1)), message, help="take the comma out")
        return tuple(formula_at(text, place, offset) for text, offset in parts if text) or None

    def write(self, value: tuple[Formula, ...]) -> Node:
        """Write a list, or a single expression without commas as text where that is preferred."""
        if self.is_text_first and len(value) == 1 and "," not in value[0].text:
            return self.of.write(value[0])
        return nodes.sequence([self.of.write(formula) for formula in value], flow=True)

    def schema(self) -> Schema:
        """Describe a list of expressions, or one."""
        one = self.of.schema()
        return {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]}

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the form of one expression."""
        return (self.of,)


def split_at_commas(text: str) -> tuple[tuple[str, int], ...]:
    """Split a text at the commas outside quotes and brackets, each part with its offset, without blanks around it."""
    parts: list[tuple[str, int]] = []
    start, depth, quote = 0, 0, ""
    for at, character in enumerate(f"{text},"):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        if at == len(text) or (character == "," and depth <= 0 and not quote):
            part = text[start:at]
            parts.append((part.strip(), start + len(part) - len(part.lstrip())))
            start = at + 1
    return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFormula(NamedForm[M]):
    """A name that leads to an expression, as in `set: {status: published}`."""

    of: FormulaForm
    make: Callable[[str, Formula, Origin], M]
    take: Callable[[M], tuple[str, Formula]]

    def read_entry(self, entry: Entry, report: Report) -> M | None:
        """Read a name and an expression; the place of the name is the place of both."""
        formula = self.of.read(entry.value, report, subject=f'"{entry.key.text}"')
        if not check_name(entry.key, report) or formula is None:
            return None
        return self.make(composed(entry.key.text), formula, entry.key.origin)

    def write_entry(self, value: M) -> tuple[str, Node]:
        """Write the name and the expression."""
        name, formula = self.take(value)
        return name, self.of.write(formula)

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the form of the expression."""
        return (self.of,)

    def entry_schema(self) -> tuple[Schema | None, Schema]:
        """Describe the expression."""
        return None, self.of.schema()


def formula_at(text: str, place: Place, offset: int) -> Formula:
    """Make a formula of what stands at an offset of a longer text."""
    if isinstance(place, Stretches):
        return Formula(text=text, origin=place(offset), stretches=place.behind(offset))
    return Formula(text=text, origin=place(offset))


def formula(example: str) -> FormulaForm:
    """Make the form of one expression."""
    return FormulaForm(example=example)
