"""The nodes of a YAML document: scalars, sequences and mappings, each with its place.

Two nodes are equal when they hold the same values in the same order. Where they stand and how they are written (style,
spelling, block or flow) is never compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from enum import Enum

from groundplan.base.origin import BUILT_IN, Origin
from groundplan.plan.yaml.scalars import Value, spelling


class Style(Enum):
    """How a scalar is written."""

    PLAIN = "plain"
    SINGLE = "single"
    DOUBLE = "double"
    LITERAL = "literal"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scalar:
    """A text, number, boolean or null.

    `text` is what was written: for quoted and block texts after decoding, so that a text has `value == text` and a
    number keeps its spelling (`0o17`, `1.50`). `end` is the place after the last character.
    """

    value: Value
    text: str
    style: Style = Style.PLAIN
    origin: Origin = field(default=BUILT_IN, repr=False)
    end: Origin = field(default=BUILT_IN, repr=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Scalar):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[type, str]:
        """Tell `1`, `1.0` and `true` apart, which Python calls equal, and find `.nan` equal to itself."""
        return type(self.value), repr(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """A list; `is_flow` tells that it is written `[a, b]`. `end` is the place after its last character."""

    items: tuple[Node, ...]
    is_flow: bool = field(default=False, compare=False)
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)
    end: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key of a mapping and its value; the key of a document that was read is always a text."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Keys and values in the order of the file; `is_flow` tells that it is written `{a: 1, b: 2}`.

    No key of a document that was read occurs twice. `end` is the place after the last character.
    """

    entries: tuple[Entry, ...]
    is_flow: bool = field(default=False, compare=False)
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)
    end: Origin = field(default=BUILT_IN, compare=False, repr=False)

    def entry(self, key: str) -> Entry | None:
        """Return the entry of a key, or None."""
        return next((entry for entry in self.entries if entry.key.value == key), None)

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        entry = self.entry(key)
        return entry.value if entry else None


Node = Scalar | Sequence | Mapping
"""Whatever stands in a document."""

Path = tuple[str | int, ...]
"""The way from the root `()` to a node: keys of mappings and indexes of sequences, as in `("entities", "User", 0)`."""


def scalar(value: Value, *, style: Style = Style.PLAIN) -> Scalar:
    """Make a scalar that stands in no file yet; `style` is a wish that the writer grants where YAML permits."""
    return Scalar(value=value, text=spelling(value), style=style)


def sequence(items: Iterable[Node | Value], *, flow: bool = False) -> Sequence:
    """Make a sequence that stands in no file yet, from nodes and plain values."""
    return Sequence(items=tuple(_node(item) for item in items), is_flow=flow)


def mapping(entries: Table[str, Node | Value], *, flow: bool = False) -> Mapping:
    """Make a mapping that stands in no file yet; the order of the keys is kept."""
    made = (Entry(key=scalar(key), value=_node(value)) for key, value in entries.items())
    return Mapping(entries=tuple(made), is_flow=flow)


def _node(value: Node | Value) -> Node:
    return value if isinstance(value, Scalar | Sequence | Mapping) else scalar(value)


def children_of(node: Node) -> tuple[tuple[str | int, Node, Node], ...]:
    """Return for each child its step of a path, the node that begins it (a mapping's key) and its value."""
    match node:
        case Scalar():
            return ()
        case Sequence(items=items):
            return tuple((index, item, item) for index, item in enumerate(items))
        case Mapping(entries=entries):
            return tuple((entry.key.text, entry.key, entry.value) for entry in entries)


def node_at(root: Node, path: Path) -> Node | None:
    """Return the node that a path leads to, or None when it leads nowhere."""
    node: Node | None = root
    for step in path:
        match node, step:
            case Mapping(), str():
                node = node.get(step)
            case Sequence(items=items), int() if 0 <= step < len(items):
                node = items[step]
            case _:
                return None
    return node


def with_node_at(root: Node, path: Path, node: Node) -> Node:
    """Return a tree in which the node that a path leads to is another one; the path must lead somewhere."""
    if not path:
        return node
    step, rest = path[0], path[1:]
    match root:
        case Mapping(entries=entries):
            changed = tuple(
                replace(entry, value=with_node_at(entry.value, rest, node)) if entry.key.text == step else entry
                for entry in entries
            )
            return replace(root, entries=changed)
        case Sequence(items=items):
            return replace(
                root,
                items=tuple(with_node_at(item, rest, node) if at == step else item for at, item in enumerate(items)),
            )
        case Scalar():
            raise KeyError(step)
