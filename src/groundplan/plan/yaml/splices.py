"""Splices: the narrowest changes of a text. Whether one is right, `edits` finds by reading it back.

Each method returns the whole new text, or None where the place is not of the shape that it knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from groundplan.plan.yaml.attachment import Attachment, Commentary, Notes, column_of
from groundplan.plan.yaml.nodes import Entry, Mapping, Node, Path, Scalar, Sequence, Style, children_of, node_at
from groundplan.plan.yaml.quoting import block_text, inline_text, key_text
from groundplan.plan.yaml.reader import Document
from groundplan.plan.yaml.writer import WIDTH, Writer, flow_text

_ALIGNED = re.compile(r"(:?)( {2,})(?=\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Splicer:
    """Splices for one document; `attachment` tells which lines the comments of its nodes take."""

    document: Document
    attachment: Attachment

    def value(self, path: Path, value: Node) -> str | None:
        """Put a value that needs one line in place of another one."""
        old = self._at(path)
        in_flow = self._is_in_flow(path)
        text = self._one_line(value, in_flow=in_flow)
        if text is None or not (in_flow or _is_inline(old)):
            return None
        start, end = self._offset(old), self.document.source.offset(old.end)
        if start == end:
            text = self._gap_before(start) + text
        return self._in_line(start, end, text, is_in_collection=in_flow or not isinstance(value, Scalar))

    def key(self, path: Path, key: Scalar) -> str | None:
        """Put a key in place of another one."""
        old = next(first for step, first, _ in children_of(self._at(path[:-1])) if step == path[-1])
        text = key_text(key, in_flow=self._is_in_flow(path))
        return self._in_line(self._offset(old), self.document.source.offset(old.end), text)

    def added(self, path: Path, index: int, child: Entry | Node, notes: Notes) -> str | None:
        """Put a child into the collection at a path that has some already."""
        container = self._at(path)
        children = children_of(container)
        if isinstance(container, Scalar) or not children:
            return None
        if container.is_flow:
            return None if notes != Notes() else self._added_to_flow(container, index, child)
        writer = Writer(comments={(0,): notes})
        indent = column_of(container, self.document.source) - 1
        writer.comment_lines(notes.above, indent=indent)
        if isinstance(child, Entry):
            key = key_text(child.key, in_flow=False)
            begin = len(writer.lines)
            writer.entry(key, child.value, indent=indent, path=(0,))
            writer.lines[begin] = self._aligned(writer.lines[begin], key, children[max(index - 1, 0)])
        else:
            writer.item(child, indent=indent, path=(0,))
        if index == len(children):
            return self._lines_put_after(self._last_line((*path, children[-1][0])), writer.lines)
        first = self._first_line((*path, children[index][0]))
        return None if first is None else self._lines_put_after(first - 1, writer.lines)

    def _aligned(self, line: str, key: str, sibling: tuple[str | int, Node, Node]) -> str:
        """Put the value of a new entry below that of its sibling if that was moved right, as in a table."""
        _, first, value = sibling
        gap = self.document.source.between(first.end, value.origin)
        head, colon, rest = line.partition(f"{key}:")
        if not re.fullmatch(r":  +", gap) or not re.match(r" \S", rest):
            return line
        return f"{head}{colon} ".ljust(value.origin.column - 1) + rest[1:]

    def _added_to_flow(self, container: Mapping | Sequence, index: int, child: Entry | Node) -> str | None:
        source = self.document.source
        children = children_of(container)
        text = flow_text(Mapping(entries=(child,)))[1:-1] if isinstance(child, Entry) else flow_text(child)
        if index < len(children):
            at = self._offset(children[index][1])
            return self._in_line(at, at, f"{text}, ", is_in_collection=True)
        at = source.offset(children[-1][2].end)
        return self._in_line(at, at, f", {text}", is_in_collection=True)

    def removed(self, path: Path) -> str | None:
        """Take out an entry or item that is not the only one, with its comments."""
        container = self._at(path[:-1])
        children = children_of(container)
        if isinstance(container, Scalar) or len(children) == 1:
            return None
        index = next(at for at, (step, _, _) in enumerate(children) if step == path[-1])
        if not container.is_flow:
            first = self._first_line(path)
            return None if first is None else self._lines_cut(first, self._last_line(path))
        source = self.document.source
        if index + 1 < len(children):
            return self._spliced(self._offset(children[index][1]), self._offset(children[index + 1][1]), "")
        return self._spliced(source.offset(children[index - 1][2].end), source.offset(children[index][2].end), "")

    def again(self, path: Path, *, root: Node, notes: Commentary) -> str | None:
        """Write the entry or item at a path anew, from a new tree and its comments."""
        value = node_at(root, path)
        container = self._at(path[:-1])
        if value is None or isinstance(container, Scalar):
            return None
        if container.is_flow or self._is_in_flow(path):
            old = self._at(path)
            start, end = self._offset(old), self.document.source.offset(old.end)
            return self._in_line(start, end, flow_text(value), is_in_collection=True)
        source = self.document.source
        first = next(first for step, first, _ in children_of(container) if step == path[-1])
        column = column_of(container, source)
        writer = Writer(comments=notes)
        if isinstance(container, Mapping):
            start = self._offset(first)
            spelt = source.between(first.origin, first.end)
            writer.entry(spelt, value, indent=column - 1, path=path)
        else:
            start = source.line_starts[first.origin.line - 1] + column - 1
            if not source.text.startswith("-", start):
                return None
            writer.item(value, indent=column - 1, path=path)
        end = source.line_end(source.line_starts[self._last_line(path) - 1])
        return self._spliced(start, end, source.line_break.join(writer.lines)[column - 1 :])

    def _at(self, path: Path) -> Node:
        node = node_at(self.document.root, path)
        if node is None:
            raise KeyError(path)
        return node

    def _offset(self, node: Node) -> int:
        return self.document.source.offset(node.origin)

    def _is_in_flow(self, path: Path) -> bool:
        around = (self._at(path[:length]) for length in range(len(path)))
        return any(not isinstance(node, Scalar) and node.is_flow for node in around)

    def _one_line(self, value: Node, *, in_flow: bool) -> str | None:
        if isinstance(value, Scalar):
            if not in_flow and block_text(value, width=WIDTH):
                return None
            return inline_text(value, in_flow=in_flow, comment="#", is_item=True)
        if in_flow or value.is_flow or not children_of(value):
            return flow_text(value)
        return None

    def _gap_before(self, offset: int) -> str:
        """Return what must stand between the text before an offset and a value that is put there."""
        match self.document.source.text[offset - 1 : offset]:
            case "" | " " | "\n" | "\r" | "\t":
                return ""
            case ":" | "-" | "?":
                return " "
            case _:
                return ": "

    def _first_line(self, path: Path) -> int | None:
        """Return the first line of an entry and the comments above it; None where something precedes it on its line."""
        container = self._at(path[:-1])
        first = next(first for step, first, _ in children_of(container) if step == path[-1])
        before = self.document.source.line(first.origin.line)[: first.origin.column - 1]
        if before.strip() and not (isinstance(container, Sequence) and before.strip() == "-"):
            return None
        return self.attachment.first_lines.get(path, first.origin.line)

    def _last_line(self, path: Path) -> int:
        """Return the last line of an entry's value and of the comments within it."""
        node = self._at(path)
        last = node.end.line - (node.end.column == 1 and node.end.line > node.origin.line)
        within = (line for at, line in self.attachment.last_lines.items() if at[: len(path)] == path)
        return max(last, *within, node.origin.line)

    def _in_line(self, start: int, end: int, text: str, *, is_in_collection: bool = False) -> str | None:
        """Splice within a line and keep the column of an aligned value or comment behind it.

        None where a flow collection would grow longer than the writer makes one.
        """
        length = self._length_of_line(start, end)
        if is_in_collection and length <= WIDTH < length + len(text) - (end - start):
            return None
        aligned = _ALIGNED.match(self.document.source.text, end)
        if not aligned:
            return self._spliced(start, end, text)
        colon, gap = aligned.groups()
        blanks = " " * max(1 if colon else 2, len(gap) + (end - start) - len(text))
        return self._spliced(start, aligned.end(), f"{text}{colon}{blanks}")

    def _length_of_line(self, start: int, end: int) -> int:
        """Return the length from the begin of one offset's line to the end of another's, without its comment."""
        source = self.document.source
        line_start = source.line_starts[source.origin(start).line - 1]
        line = source.origin(end).line
        comment = next((found.origin for found in self.document.comments if found.origin.line == line), None)
        last = source.offset(comment) if comment else source.line_end(end)
        return len(source.text[line_start:last].rstrip())

    def _spliced(self, start: int, end: int, text: str) -> str:
        whole = self.document.source.text
        return whole[:start] + text + whole[end:]

    def _lines_put_after(self, line: int, lines: list[str]) -> str:
        source = self.document.source
        text = "".join(f"{put}{source.line_break}" for put in lines)
        if line < len(source.line_starts):
            at = source.line_starts[line]
            return self._spliced(at, at, text)
        return f"{source.text}{source.line_break}{text}"

    def _lines_cut(self, first: int, last: int) -> str:
        source = self.document.source
        end = source.line_starts[last] if last < len(source.line_starts) else len(source.text)
        return self._spliced(source.line_starts[first - 1], end, "")


def _is_inline(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.style not in (Style.LITERAL, Style.FOLDED)
    return node.is_flow
