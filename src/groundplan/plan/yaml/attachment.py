"""Which comment belongs to which node: what a writer needs to carry comments along.

Comments and blank lines above an entry or item belong to it, and so does a comment behind its first or last line;
comments below the last entry of a block and indented like it belong to the block. No comment is left out.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Mapping as Table
from dataclasses import dataclass, field

from groundplan.base.origin import Origin
from groundplan.plan.yaml.comments import Comment
from groundplan.plan.yaml.nodes import Mapping, Node, Path, Scalar, Sequence, Style, children_of
from groundplan.plan.yaml.reader import Document
from groundplan.plan.yaml.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """The comments of one node; each line begins with `#`, and an empty line stands for a blank line.

    `above` precedes the entry or item, `beside` ends its first line, `below` follows the last entry of a block. Those
    of the root `()` are the head and the foot of the file.
    """

    above: tuple[str, ...] = ()
    beside: str | None = None
    below: tuple[str, ...] = ()


Commentary = Table[Path, Notes]
"""The comments of a document by the node that they belong to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """The comments of a document with the lines they take.

    `first_lines` gives the first line of the comments and blank lines above an entry or item, `last_lines` the last
    line of the comments below a block; nodes without such comments are not in them.
    """

    notes: dict[Path, Notes]
    first_lines: dict[Path, int]
    last_lines: dict[Path, int]


def attach(document: Document) -> Attachment:
    """Find for each comment the node that it belongs to."""
    places = _Places(source=document.source)
    places.take_root(document.root)
    gathering = _Gathering(places=places, comments=document.comments)
    gathering.gather()
    notes = {
        path: Notes(above=tuple(lines.above), beside=lines.beside, below=tuple(lines.below))
        for path, lines in gathering.lines.items()
    }
    return Attachment(notes=notes, first_lines=gathering.first_lines, last_lines=gathering.last_lines)


def commentary(document: Document) -> dict[Path, Notes]:
    """Return the comments of a document by the node that they belong to."""
    return attach(document).notes


def is_alias(node: Node) -> bool:
    """Tell whether a collection stands where an alias names it, so that its children stand elsewhere."""
    children = children_of(node)
    return bool(children) and not node.origin <= children[0][1].origin <= node.end


def column_of(node: Mapping | Sequence, source: Source) -> int:
    """Return the column of the keys or dashes of a block collection that is not empty."""
    first = children_of(node)[0][1]
    if isinstance(node, Mapping):
        return node.origin.column if first.origin.line == node.origin.line else first.origin.column
    if source.text.startswith("-", source.offset(node.origin)):
        return node.origin.column
    line = source.line(first.origin.line)  # the sequence begins with an anchor, its dashes are on the lines below
    return len(line) - len(line.lstrip(" ")) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """An entry or item from its first to its last character."""

    path: Path
    origin: Origin
    end: Origin


@dataclass(slots=True)
class _Places:
    """All places that a comment can refer to, in the order of the text.

    `marks` are the ends of keys and values, behind which a comment stands beside a node; `blocks` the block collections
    with the column of their keys or dashes; `flows` the flow collections that are not empty, with their ends.
    """

    source: Source
    slots: list[_Slot] = field(default_factory=list)
    marks: list[tuple[Origin, Path]] = field(default_factory=list)
    blocks: dict[Path, int] = field(default_factory=dict)
    flows: dict[Path, Origin] = field(default_factory=dict)

    def take_root(self, root: Node) -> None:
        """Note all places of a document."""
        if isinstance(root, Scalar) or root.is_flow:
            self.slots.append(_Slot(path=(), origin=root.origin, end=root.end))
        self._take(root, ())

    def _take(self, node: Node, path: Path) -> None:
        children = children_of(node)
        if isinstance(node, Scalar) or not children or is_alias(node):
            is_block_text = isinstance(node, Scalar) and node.style in (Style.LITERAL, Style.FOLDED)
            self.marks.append((node.origin if is_block_text else node.end, path))
            return
        if node.is_flow:
            self.flows[path] = node.end
        else:
            self.blocks[path] = column_of(node, self.source)
        for step, first, value in children:
            below = (*path, step)
            self.slots.append(_Slot(path=below, origin=first.origin, end=value.end))
            if first is not value:
                self.marks.append((first.end, below))
            self._take(value, below)
        if node.is_flow:
            self.marks.append((node.end, path))

    def slot_before(self, place: Origin) -> _Slot | None:
        """Return the slot that begins last before a place."""
        index = bisect.bisect_left(self.slots, place, key=_origin_of)
        return self.slots[index - 1] if index else None

    def slot_after(self, place: Origin) -> _Slot | None:
        """Return the outermost of the slots that begin first after a place."""
        index = bisect.bisect_right(self.slots, place, key=_origin_of)
        return self.slots[index] if index < len(self.slots) else None

    def beside(self, place: Origin) -> Path | None:
        """Return the node that a comment at a place stands beside."""
        index = bisect.bisect_right(self.marks, place, key=_origin_of_mark)
        if not index or self.marks[index - 1][0].line != place.line:
            return None
        return self.marks[index - 1][1]

    def block_around(self, path: Path, column: int) -> Path:
        """Return the innermost block that holds the node at `path` and is not indented further than a column."""
        for length in range(len(path) - 1, 0, -1):
            if self.blocks.get(path[:length], column + 1) <= column:
                return path[:length]
        return ()

    def flow_around(self, path: Path, place: Origin) -> Path | None:
        """Return the innermost flow collection at or around `path` that a place lies in."""
        for length in range(len(path), -1, -1):
            end = self.flows.get(path[:length])
            if end is not None and place < end:
                return path[:length]
        return None


def _origin_of(slot: _Slot) -> Origin:
    return slot.origin


def _origin_of_mark(mark: tuple[Origin, Path]) -> Origin:
    return mark[0]


@dataclass(slots=True)
class _Lines:
    above: list[str] = field(default_factory=list)
    beside: str | None = None
    below: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Gathering:
    """The comments as they are handed out; `alone` are those that have a line of their own."""

    places: _Places
    comments: tuple[Comment, ...]
    lines: defaultdict[Path, _Lines] = field(default_factory=lambda: defaultdict(_Lines))
    alone: dict[int, Comment] = field(default_factory=dict)
    first_lines: dict[Path, int] = field(default_factory=dict)
    last_lines: dict[Path, int] = field(default_factory=dict)

    def gather(self) -> None:
        """Hand out all comments."""
        self.alone = {comment.origin.line: comment for comment in self.comments if comment.is_alone}
        for comment in self.comments:
            if not comment.is_alone:
                self._beside(comment)
        line = 0
        for slot in self.places.slots:
            if slot.origin.line > line:
                self._above(slot, after=line)
            line = max(line, slot.origin.line)
        for comment in tuple(self.alone.values()):
            self._elsewhere(comment)

    def _beside(self, comment: Comment) -> None:
        path = self.places.beside(comment.origin)
        if path is None:  # behind a dash or an opening bracket: "- # comment"
            after = self.places.slot_after(comment.origin)
            if after:
                self.lines[after.path].above.append(comment.text)
            else:
                self.lines[()].below.append(comment.text)
        elif self.lines[path].beside is None:
            self.lines[path].beside = comment.text
        else:
            self.lines[path].above.append(comment.text)

    def _above(self, slot: _Slot, *, after: int) -> None:
        """Hand out the comments and blank lines between line `after` and a slot."""
        first = slot.origin.line
        while first - 1 > after and self._is_quiet(first - 1):
            first -= 1
        run = range(first, slot.origin.line)
        if after == 0:
            run = self._head(run)
        own = self._rest_of_block_before(run, slot)
        if own:
            self.first_lines[slot.path] = own.start
            self.lines[slot.path].above.extend(self._text(line) for line in own)

    def _head(self, run: range) -> range:
        """Give the first comments of a file to the root where a blank line follows them; return the lines left."""
        blank = next((line for line in reversed(run) if line not in self.alone), 0)
        if not any(line in self.alone for line in range(run.start, blank)):
            return run
        self.lines[()].above.extend(self._text(line) for line in range(run.start, blank + 1))
        return range(blank + 1, run.stop)

    def _rest_of_block_before(self, run: range, slot: _Slot) -> range:
        """Give lines indented further than a slot to the block that ends before it; return the lines left."""
        before = self.places.slot_before(slot.origin)
        if before is None or slot.path[: len(before.path)] == before.path:
            return run
        for line in run:
            comment = self.alone.get(line)
            if comment is None:
                continue
            block = self.places.block_around(before.path, comment.origin.column)
            is_ended = slot.path[: len(block)] != block
            if not is_ended or self.places.flow_around(before.path, comment.origin):
                break
            self.lines[block].below.extend(self._text(above) for above in range(run.start, line + 1))
            self.last_lines[block] = line
            run = range(line + 1, run.stop)
        return run

    def _elsewhere(self, comment: Comment) -> None:
        """Hand out a comment that no entry or item follows at once."""
        before = self.places.slot_before(comment.origin)
        if before is None:
            self.lines[()].above.append(comment.text)
            return
        flow = self.places.flow_around(before.path, comment.origin)
        if flow is not None:
            self.lines[flow].below.append(comment.text)
        elif comment.origin < before.end:  # between a key and its value
            self.lines[before.path].above.append(comment.text)
        else:
            block = self.places.block_around(before.path, comment.origin.column)
            lines = self.lines[block].below
            if not self._has_line_above(comment):
                lines.append("")
            lines.append(comment.text)
            self.last_lines[block] = comment.origin.line

    def _is_quiet(self, line: int) -> bool:
        return line in self.alone or not self.places.source.line(line).strip()

    def _has_line_above(self, comment: Comment) -> bool:
        line = comment.origin.line
        return line == 1 or bool(self.places.source.line(line - 1).strip())

    def _text(self, line: int) -> str:
        """Return what a quiet line holds, and count it as handed out."""
        comment = self.alone.pop(line, None)
        return comment.text if comment else ""
