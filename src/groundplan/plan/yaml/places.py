"""Where the characters of a text stand in a file that folds, indents or escapes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from groundplan.base.origin import Origin, Stretches
from groundplan.plan.yaml.nodes import Scalar, Style
from groundplan.plan.yaml.source import Source

_BLANK = (" ", "\t", "\r", "\n")
_BLANKS = re.compile(r"[ \t\r\n]*")
_BREAK = re.compile(r"\r\n|\r|\n")
_ESCAPE = re.compile(r"\\(?:x..|u....|U........|.)", re.DOTALL)
_ESCAPED_BREAK = re.compile(r"[ \t]*\\(?:\r\n|\r|\n)[ \t\r\n]*")


def places_of(scalar: Scalar, source: Source) -> Callable[[int], Origin]:
    """Return the way from offsets in the text of a scalar to places in the file.

    Stretches where line breaks or escapes stand between; where the text stands as it is read, all follows from its
    beginning.
    """
    start = _start(scalar, source)
    begin = source.origin(start)
    if "\n" not in scalar.text and source.text.startswith(scalar.text, start):
        return lambda offset: Origin(begin.file, begin.line, begin.column + offset)
    return Stretches(tuple((offset, source.origin(place)) for offset, place in _starts(scalar, source, start)))


def _starts(scalar: Scalar, source: Source, place: int) -> Iterator[tuple[int, int]]:
    """Walk along the text and the file at once, and return where they go on together.

    What is folded or indented is blanks on both sides: a run of blanks in the text is one in the file, and whatever
    stands behind the one stands behind the other (YAML 1.2.2, 6.5).
    """
    text, written = scalar.text, source.text
    yield 0, place
    offset = 0
    while offset < len(text):
        if scalar.style is Style.DOUBLE and (found := _ESCAPED_BREAK.match(written, place)):
            place = found.end()
            yield offset, place
        elif text[offset] in _BLANK and written.startswith(_BLANK, place):
            end, place_end = _behind_blanks(text, offset), _behind_blanks(written, place)
            if scalar.style is Style.DOUBLE:  # escaped blanks may stand beside those that are folded
                breaks = len(_BREAK.findall(written, place, place_end))
                end, place_end = (offset + max(1, breaks - 1), place_end) if breaks else (offset + 1, place + 1)
            is_alike = text[offset:end] == written[place:place_end] and "\n" not in text[offset:end]
            offset, place = end, place_end
            if not is_alike:
                yield offset, place
        elif scalar.style is Style.SINGLE and written.startswith("''", place):
            offset, place = offset + 1, place + 2
            yield offset, place
        elif scalar.style is Style.DOUBLE and (found := _ESCAPE.match(written, place)):
            offset, place = offset + 1, found.end()
            yield offset, place
        elif written.startswith(text[offset], place):
            offset, place = offset + 1, place + 1
        else:
            return


def _start(scalar: Scalar, source: Source) -> int:
    """Return the offset of the first character of the text of a scalar, behind its quote or block header."""
    start = source.offset(scalar.origin)
    match scalar.style:
        case Style.PLAIN:
            return start
        case Style.SINGLE | Style.DOUBLE:
            return start + 1
        case Style.LITERAL | Style.FOLDED:
            header_end = source.line_end(start)
            return header_end if scalar.text[:1] in _BLANK else _behind_blanks(source.text, header_end)


def _behind_blanks(text: str, offset: int) -> int:
    found = _BLANKS.match(text, offset)
    return offset if found is None else found.end()
