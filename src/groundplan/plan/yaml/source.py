"""The text of a file: loaded whole or refused, with the way from offsets to lines and columns and back."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass, field
from pathlib import Path

from groundplan.base.errors import SourceUnreadable
from groundplan.base.names import nearest
from groundplan.base.origin import Origin

MAX_BYTES = 10 * 1024 * 1024
"""Largest file read."""

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The characters of a file without its byte order mark; offsets count characters from 0.

    Lines end where YAML 1.2 ends them: at a line feed, a carriage return, or both together.
    """

    file: str
    text: str = field(repr=False)
    has_byte_order_mark: bool = False
    line_starts: tuple[int, ...] = field(repr=False, compare=False)

    @property
    def whole(self) -> str:
        """The text as it stands in the file, its byte order mark included."""
        return "\ufeff" + self.text if self.has_byte_order_mark else self.text

    @property
    def line_break(self) -> str:
        """The line break that the file uses first; a line feed where it has none."""
        found = _LINE_BREAK.search(self.text)
        return found.group() if found else "\n"

    def origin(self, offset: int) -> Origin:
        """Return the place of an offset."""
        line = bisect.bisect_right(self.line_starts, offset)
        return Origin(self.file, line, offset - self.line_starts[line - 1] + 1)

    def offset(self, origin: Origin) -> int:
        """Return the offset of a place; a place beyond the last line is the end of the text."""
        if origin.line > len(self.line_starts):
            return len(self.text)
        return self.line_starts[origin.line - 1] + origin.column - 1

    def line(self, number: int) -> str:
        """Return a line, counted from 1, without its line break; empty beyond the last line."""
        if number > len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        return self.text[start : self.line_end(start)]

    def line_end(self, offset: int) -> int:
        """Return the offset of the line break that ends the line of an offset, or of the end of the text."""
        found = _LINE_BREAK.search(self.text, offset)
        return found.start() if found else len(self.text)

    def between(self, start: Origin, end: Origin) -> str:
        """Return the characters from one place up to another."""
        return self.text[self.offset(start) : self.offset(end)]


def source_of(text: str, *, file: str) -> Source:
    """Make a source of a text that is already in memory."""
    has_mark = text.startswith("\ufeff")
    text = text[1:] if has_mark else text
    starts = (0, *(found.end() for found in _LINE_BREAK.finditer(text)))
    return Source(file=file, text=text, has_byte_order_mark=has_mark, line_starts=starts)


def load(path_or_text: Path | str, *, file: str) -> Source:
    """Load a file, or take a text as it is.

    Raises SourceUnreadable when the file is missing, cannot be read, is a folder, is larger than MAX_BYTES or is not
    UTF-8.
    """
    if isinstance(path_or_text, Path):
        return source_of(_decoded(_bytes(path_or_text, file=file), file=file), file=file)
    if len(path_or_text) > MAX_BYTES:
        raise _too_large(file)
    return source_of(path_or_text, file=file)


def _bytes(path: Path, *, file: str) -> bytes:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SourceUnreadable(f"{file} does not exist", help=_what_is_there(path)) from None
    except IsADirectoryError:
        raise SourceUnreadable(f"{file} is a folder", help="name a file in it, such as plan.yaml") from None
    except PermissionError:
        if path.is_dir():  # so Windows answers when a folder is opened
            raise SourceUnreadable(f"{file} is a folder", help="name a file in it, such as plan.yaml") from None
        raise SourceUnreadable(f"{file} may not be read", help="give yourself the right to read it") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceUnreadable(f"{file} cannot be read: {reason}", help="check the path and its file system") from None
    except ValueError:  # a NUL in the path
        raise SourceUnreadable("the path holds a NUL character", help="write the path without it") from None
    if len(content) > MAX_BYTES:
        raise _too_large(file)
    return content


def _too_large(file: str) -> SourceUnreadable:
    return SourceUnreadable(
        f"{file} is larger than {MAX_BYTES // 1024 // 1024} MB",
        help="split the plan into several files and name them under include",
    )


def _what_is_there(path: Path) -> str:
    folder = path.parent
    try:
        names = [entry.name for entry in folder.iterdir() if entry.is_file()]
    except OSError:
        return f"the folder {folder} does not exist either; check the path"
    near = nearest(path.name, names)
    return f'did you mean "{folder / near}"?' if near else f"no file with a similar name is in {folder}; check the path"


def _decoded(content: bytes, *, file: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        if content.startswith(_UTF_16_MARKS):
            raise SourceUnreadable(f"{file} is UTF-16", help="save it as UTF-8") from None
        line = content.count(b"\n", 0, error.start) + 1
        raise SourceUnreadable(
            f"{file} is not UTF-8: byte 0x{content[error.start]:02X} at offset {error.start}, on line {line}",
            help="save it as UTF-8; if it is not a text file, name the plan instead",
        ) from None
