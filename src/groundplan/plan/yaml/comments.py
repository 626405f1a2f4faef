"""Comments: where they stand in a text."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from groundplan.base.origin import Origin
from groundplan.plan.yaml.quoting import HIDDEN
from groundplan.plan.yaml.source import Source

_BLANKS = " \t"
_BEFORE_HASH = " \t\r\n"
_TO_LINE_END = re.compile(r"[^\r\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment of a document.

    `text` begins with `#` and has no blanks at its end; `is_alone` tells that nothing else stands on its line.
    """

    text: str
    is_alone: bool
    origin: Origin


def hash_marks(text: str) -> Iterator[tuple[int, int]]:
    """Yield each `#` that may begin a comment, with the offset after the last character before it that is no blank."""
    at = text.find("#")
    while at >= 0:
        if at == 0 or text[at - 1] in _BEFORE_HASH:
            before = at
            while before and text[before - 1] in _BLANKS:
                before -= 1
            yield before, at
        at = text.find("#", at + 1)


def find_comments(
    source: Source, *, marks: Iterator[tuple[int, int]] | list[tuple[int, int]], texts: list[tuple[int, int]]
) -> tuple[Comment, ...]:
    """Return the comments of a source in order.

    `marks` are its hash marks, `texts` the spans of quoted and block texts that hold a `#`, both in order.
    """
    comments: list[Comment] = []
    starts = [start for start, _ in texts]
    end = 0
    for before, at in marks:
        if at < end:
            continue
        inside = bisect.bisect_right(starts, at) - 1
        if inside >= 0 and at < texts[inside][1]:
            continue
        found = _TO_LINE_END.match(source.text, at)
        end = found.end() if found else at
        is_alone = before == 0 or source.text[before - 1] in "\r\n"
        comments.append(Comment(text=source.text[at:end].rstrip(), is_alone=is_alone, origin=source.origin(at)))
    return tuple(comments)


def written(comment: str) -> str:
    """Return a comment as one line can hold it: with its mark, and without characters that YAML does not permit."""
    line = HIDDEN.sub("\ufffd", " ".join(comment.splitlines())).rstrip()
    return line if line.startswith("#") else f"# {line}"
