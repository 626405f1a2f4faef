"""Writes nodes as YAML 1.2 in one form: blocks indented by two blanks, quotes only where they are needed.

What is flow stays flow while it fits a line of WIDTH characters and has no comments inside. The style of a text is a
wish: quotes and blocks that were asked for stay where YAML permits them, a plain text gets quotes where it needs them.
It also needs them where YAML 1.1 would read something else, as with `no`, `on`, `1_000` and `12:30`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from groundplan.plan.yaml.attachment import Commentary, Notes, commentary
from groundplan.plan.yaml.builder import MAX_DEPTH
from groundplan.plan.yaml.comments import written
from groundplan.plan.yaml.nodes import Mapping, Node, Path, Scalar, children_of
from groundplan.plan.yaml.quoting import block_text, inline_text, key_text
from groundplan.plan.yaml.reader import Document

WIDTH = 120
"""Longest line on which a flow collection stays one."""

INDENT = 2
"""Blanks by which a block is indented."""

_LONGEST_SIMPLE_KEY = 1000  # YAML 1.2.2, 7.4.2: a key and its colon have at most 1024 characters
_NO_NOTES = Notes()


def write_document(root: Node, *, comments: Commentary | None = None) -> str:
    """Write a tree and its comments; lines end with a line feed.

    Raises ValueError for what could not be read back: a tree that nests deeper than a document may, a number of more
    than 400 characters, and half a surrogate pair in a text.
    """
    _check_depth(root)
    comments = comments or {}
    writer = Writer(comments=comments)
    head = comments.get((), _NO_NOTES)
    writer.comment_lines(head.above, indent=0)
    writer.root(root)
    writer.comment_lines(head.below, indent=0)
    while writer.lines and not writer.lines[-1]:
        writer.lines.pop()
    return "".join(f"{line}\n" for line in writer.lines)


def format_document(document: Document) -> str:
    """Write a document that was read in the writer's own form, with its comments."""
    return write_document(document.root, comments=commentary(document))


def flow_text(node: Node) -> str:
    """Write a node on one line, as it can stand within a flow collection."""
    match node:
        case Scalar():
            return inline_text(node, in_flow=True)
        case Mapping(entries=entries):
            pairs = (f"{key_text(entry.key, in_flow=True)}: {flow_text(entry.value)}" for entry in entries)
            return f"{{{', '.join(pairs)}}}"
        case _:
            return f"[{', '.join(flow_text(item) for item in node.items)}]"


@dataclass(slots=True)
class Writer:
    """Collects the lines of a document; a node's comments are looked up by its path."""

    comments: Commentary
    lines: list[str] = field(default_factory=list)
    _with_comments_inside: frozenset[Path] = frozenset()

    def __post_init__(self) -> None:
        commented = [path for path, notes in self.comments.items() if notes != _NO_NOTES]
        inside = {path[:length] for path in commented for length in range(len(path))}
        inside.update(path for path, notes in self.comments.items() if path and notes.below)
        self._with_comments_inside = frozenset(inside)

    def root(self, node: Node) -> None:
        """Write the root; one that is an empty null needs no line."""
        beside = self.comments.get((), _NO_NOTES).beside
        is_empty = isinstance(node, Scalar) and node.value is None and not node.text
        is_block = self._is_block(node, (), room=WIDTH)
        if not (is_empty or is_block):
            self._head_and_value("", node, beside, indent=0, path=())
            return
        self.comment_lines((beside,) if beside else (), indent=0)
        self.block(node, indent=0, path=())

    def comment_lines(self, lines: tuple[str, ...], *, indent: int) -> None:
        """Write comments that have lines of their own, and blank lines."""
        for line in lines:
            for part in line.split("\n"):
                self.lines.append(f"{' ' * indent}{written(part)}" if part.strip() else "")

    def block(self, node: Node, *, indent: int, path: Path) -> None:
        """Write the entries or items of a collection, each on a line of its own."""
        for step, key, value in children_of(node):
            child = (*path, step)
            notes = self.comments.get(child, _NO_NOTES)
            self.comment_lines(notes.above, indent=indent)
            if isinstance(node, Mapping) and isinstance(key, Scalar):
                self.entry(key_text(key, in_flow=False), value, indent=indent, path=child)
            else:
                self.item(value, indent=indent, path=child)

    def entry(self, key: str, value: Node, *, indent: int, path: Path) -> None:
        """Write an entry under a key that is spelt already."""
        head = f"{key}:"
        if len(key) > _LONGEST_SIMPLE_KEY:
            self.lines.append(f"{' ' * indent}? {key}")
            head = ":"
        beside = self.comments.get(path, _NO_NOTES).beside
        self._head_and_value(head, value, beside, indent=indent, path=path)

    def item(self, value: Node, *, indent: int, path: Path) -> None:
        """Write an item; a block begins on the line of its dash unless a comment stands between."""
        beside = self.comments.get(path, _NO_NOTES).beside
        first = len(self.lines)
        self._head_and_value("-", value, beside, indent=indent, path=path)
        dash = " " * indent + "-"
        if self.lines[first] == dash and len(self.lines) > first + 1:
            after = self.lines[first + 1][indent + INDENT :]
            if after and not after.startswith("#"):
                self.lines[first : first + 2] = [f"{dash} {after}"]

    def _head_and_value(self, head: str, value: Node, beside: str | None, *, indent: int, path: Path) -> None:
        begin = " " * indent + head
        end = f"  {written(beside)}" if beside else ""
        if isinstance(value, Scalar):
            self._scalar(begin, value, end, indent=indent)
        elif self._is_block(value, path, room=WIDTH - len(begin) - 1):
            self.lines.append(begin + end)
            self.block(value, indent=indent + INDENT, path=path)
            indent += INDENT
        else:
            self.lines.append(_joined(begin, flow_text(value)) + end)
        if path:
            self.comment_lines(self.comments.get(path, _NO_NOTES).below, indent=indent)

    def _scalar(self, begin: str, value: Scalar, end: str, *, indent: int) -> None:
        block = block_text(value, width=WIDTH - indent - INDENT)
        if block:
            header, body = block
            self.lines.append(_joined(begin, header) + end)
            self.lines.extend(f"{' ' * (indent + INDENT)}{line}" if line else "" for line in body)
            return
        is_item = begin.endswith("-")
        text = inline_text(value, in_flow=False, comment=end.strip(), is_item=is_item)
        self.lines.append((_joined(begin, text) if text else begin) + end)

    def _is_block(self, node: Node, path: Path, *, room: int) -> bool:
        """Tell whether a collection is written in lines: it is no flow, holds comments, or is too long for `room`."""
        children = children_of(node)
        if isinstance(node, Scalar) or not children:
            return False
        if not node.is_flow or path in self._with_comments_inside or _has_long_key(node):
            return True
        return len(flow_text(node)) > room


def _check_depth(root: Node) -> None:
    open_nodes = [(root, 1)]
    while open_nodes:
        node, depth = open_nodes.pop()
        if depth > MAX_DEPTH and not isinstance(node, Scalar):
            raise ValueError(f"the tree is nested deeper than {MAX_DEPTH} levels")
        open_nodes.extend((value, depth + 1) for _, _, value in children_of(node))


def _joined(begin: str, text: str) -> str:
    return f"{begin} {text}" if begin.strip() else begin + text


def _has_long_key(node: Node) -> bool:
    children = children_of(node)
    if isinstance(node, Mapping):
        return any(len(key_text(entry.key, in_flow=True)) > _LONGEST_SIMPLE_KEY for entry in node.entries) or any(
            _has_long_key(entry.value) for entry in node.entries
        )
    return any(_has_long_key(value) for _, _, value in children)
