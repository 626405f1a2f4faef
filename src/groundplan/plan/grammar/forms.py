"""Forms: what can stand at a place of a plan, each reading nodes, writing them and describing itself.

A form is a value that answers five questions: what a node means, which node writes a value, what the JSON Schema of
such nodes is, and by which noun and example messages and the reference speak of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from groundplan.base.names import did_you_mean
from groundplan.plan.grammar.findings import UNKNOWN_WORD, WRONG_SHAPE
from groundplan.plan.grammar.report import Report
from groundplan.plan.grammar.scan import Cursor, Unreadable
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Node, Scalar, Sequence, Style
from groundplan.plan.yaml.scalars import NumberTooLarge, resolve, spelling

T = TypeVar("T")

Schema = dict[str, Any]
"""A JSON Schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(ABC, Generic[T]):
    """What can stand at a place; `noun` (with its article) and `example` (YAML) speak of it."""

    noun: str
    example: str

    @property
    def expected(self) -> str:
        """Say what belongs here, for messages."""
        return f"{self.noun} such as {self.example}" if self.example else self.noun

    @abstractmethod
    def read(self, node: Node, report: Report, *, subject: str) -> T | None:
        """Return what a node means, or None after a finding; `subject` names the node in messages."""

    @abstractmethod
    def write(self, value: T) -> Node:
        """Return the node that reads as the value, in the shortest form that can say it."""

    @abstractmethod
    def schema(self) -> Schema:
        """Return the JSON Schema of the nodes that can be read."""

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the forms that this one is made of."""
        return ()


def text_node(text: str) -> Scalar:
    """Make a scalar of a text, as a number or truth value where that is spelt the same."""
    try:
        value = resolve(text) if text else text
    except NumberTooLarge:
        value = text
    if value is not None and spelling(value) == text:
        return nodes.scalar(value)
    return nodes.scalar(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Atom(Form[T]):
    """A value with a short form of its own; `pattern` is what editors may check of it."""

    parse: Callable[[str], T]
    spell: Callable[[T], str]
    pattern: str | None = None
    is_number: bool = False

    def read(self, node: Node, report: Report, *, subject: str) -> T | None:
        """Read the text of a scalar, also where YAML takes it for a number."""
        if not isinstance(node, Scalar) or node.value is None or isinstance(node.value, bool):
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        try:
            return self.parse(node.text)
        except Unreadable as problem:
            report.unreadable(problem, report.place(node))
            return None

    def write(self, value: T) -> Node:
        """Write the short form."""
        return text_node(self.spell(value))

    def schema(self) -> Schema:
        """Describe a text, or a number where that can be one."""
        text: Schema = {"type": "string", "examples": [self.example]}
        if self.pattern:
            text["pattern"] = self.pattern
        return {"anyOf": [{"type": "integer", "minimum": 0}, text]} if self.is_number else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase(Form[T]):
    """A text with a grammar of its own, whose parts have places; `pattern` is what editors may check of it."""

    parse: Callable[[Cursor], T]
    spell: Callable[[T], str]
    pattern: str | None = None

    def read(self, node: Node, report: Report, *, subject: str) -> T | None:
        """Read the text of a scalar from left to right."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.text.strip():
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        cursor = report.cursor(node)
        try:
            return self.parse(cursor)
        except Unreadable as problem:
            report.unreadable(problem, cursor.place)
            return None

    def write(self, value: T) -> Node:
        """Write the short form."""
        return nodes.scalar(self.spell(value))

    def schema(self) -> Schema:
        """Describe a text."""
        text: Schema = {"type": "string", "examples": [self.example]}
        if self.pattern:
            text["pattern"] = self.pattern
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Form[T]):
    """One of a few words."""

    words: Mapping[str, T]
    kind: str

    def read(self, node: Node, report: Report, *, subject: str) -> T | None:
        """Read one of the words."""
        if not isinstance(node, Scalar) or node.value is None:
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        word = node.text.strip()
        if word not in self.words:
            report.add(
                UNKNOWN_WORD,
                node.origin,
                f'{subject} cannot be "{word}"',
                help=did_you_mean(word, self.words, kind=self.kind),
            )
            return None
        return self.words[word]

    def write(self, value: T) -> Node:
        """Write the first word for the value."""
        return nodes.scalar(next(word for word, meaning in self.words.items() if meaning == value))

    def schema(self) -> Schema:
        """List the words."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Form[bool]):
    """True or false."""

    noun: str = "true or false"
    example: str = ""

    def read(self, node: Node, report: Report, *, subject: str) -> bool | None:
        """Read a truth value; `yes` and `on` are texts in YAML 1.2."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        report.wrong_shape(node, subject=subject, expected=self.expected)
        return None

    def write(self, value: bool) -> Node:  # noqa: FBT001 - the value is the argument
        """Write a truth value."""
        return nodes.scalar(value)

    def schema(self) -> Schema:
        """Describe a boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prose(Form[str]):
    """Words for people."""

    noun: str = "a text"
    example: str = ""

    def read(self, node: Node, report: Report, *, subject: str) -> str | None:
        """Read a text, without blanks around it."""
        if isinstance(node, Scalar) and node.value is not None and node.text.strip():
            return node.text.strip()
        report.wrong_shape(node, subject=subject, expected=self.expected)
        return None

    def write(self, value: str) -> Node:
        """Write the text, over several lines where it has them."""
        return nodes.scalar(value, style=Style.LITERAL if "\n" in value else Style.PLAIN)

    def schema(self) -> Schema:
        """Describe a text."""
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Form[tuple[T, ...]]):
    """A list; `allows_one` lets a single value stand for a list of one.

    `minimum` is the fewest values, `is_block` writes one a line.
    """

    of: Form[T]
    allows_one: bool = False
    minimum: int = 1
    is_block: bool = False

    def read(self, node: Node, report: Report, *, subject: str) -> tuple[T, ...] | None:
        """Read every value that can be read; None where the list itself is wrong."""
        if not isinstance(node, Sequence):
            if not self.allows_one or (isinstance(node, Scalar) and node.value is None):
                report.wrong_shape(node, subject=subject, expected=self.expected)
                return None
            items: tuple[Node, ...] = (node,)
        else:
            items = node.items
        inside = f"a member of {subject}" if len(items) > 1 else subject
        read = (self.of.read(item, report, subject=inside) for item in items)
        found = tuple(value for value in read if value is not None)
        if len(items) < self.minimum:
            shape = "an empty list" if not items else f"a list of {len(items)}"
            report.add(WRONG_SHAPE, node.origin, f"{subject} is {shape}", help=f"write {self.expected}")
            return None
        return found if found or not items else None

    def write(self, value: tuple[T, ...]) -> Node:
        """Write a list."""
        return nodes.sequence([self.of.write(item) for item in value], flow=not self.is_block)

    def schema(self) -> Schema:
        """Describe a list, or one value."""
        item = self.of.schema()
        several: Schema = {"type": "array", "items": item}
        if self.minimum:
            several["minItems"] = self.minimum
        return {"anyOf": [item, several]} if self.allows_one else several

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the form of the members."""
        return (self.of,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortOrLong(Form[T]):
    """A short form for people, and a mapping that says the same; `is_short` tells what the short form can say."""

    short: Form[T]
    long: Form[T]
    is_short: Callable[[T], bool]

    def read(self, node: Node, report: Report, *, subject: str) -> T | None:
        """Read a mapping by the long form, all else by the short one."""
        if isinstance(node, nodes.Mapping):
            return self.long.read(node, report, subject=subject)
        return self.short.read(node, report, subject=subject)

    def write(self, value: T) -> Node:
        """Write the short form where it can say all."""
        return self.short.write(value) if self.is_short(value) else self.long.write(value)

    def schema(self) -> Schema:
        """Describe both."""
        return {"anyOf": [self.short.schema(), self.long.schema()]}

    def parts(self) -> tuple[Form[Any], ...]:
        """Return both."""
        return (self.short, self.long)
