"""Texts that look unfinished: a bracket or a quote is still open, or an operator has nothing on its right.

Both traps of unquoted text rest on this: a comma that splits it and a ` #` that cuts it off leave such texts behind.
"""

from __future__ import annotations

import re

_MARK = re.compile(r"""[()\[\]{}'"]""")
_WORD_END = re.compile(r"\w\Z")
_LITERAL_PREFIX = re.compile(r"(?:\W|\A)[EBXebx]")  # PostgreSQL manual 4.1.2: E'...', B'...', X'...'
_OPENING = frozenset("([{")
_DECORATION = re.compile(r"#(?:\s|\Z|#|[-=*~]{2})")
_HANGING = re.compile(r"(?:(?:\s|\A)([=<>!+*/|&^~-]+)|(,)|\s(and|or|like|ilike|between))\Z", re.IGNORECASE)


def is_opening_quote(text: str, position: int) -> bool:
    """Tell a quote that opens from an apostrophe: `it's` and `the users' posts` open nothing, `E'...'` does."""
    before = text[max(position - 2, 0) : position]
    return not _WORD_END.search(before) or bool(_LITERAL_PREFIX.fullmatch(before))


def is_closing_quote(text: str, position: int) -> bool:
    """Tell a quote that closes from the apostrophe of `'n roll`."""
    return not text[position + 1 : position + 2].isalnum()


def unclosed(text: str) -> str | None:
    """Return the outermost bracket or the quote that a text opens and does not close.

    Kinds of brackets are not told apart, so half-open ranges such as `[1, 5)` are closed.
    """
    open_brackets: list[str] = []
    quote: str | None = None
    for found in _MARK.finditer(text):
        mark = found.group()
        if quote:
            if mark == quote and is_closing_quote(text, found.start()):
                quote = None
        elif mark in "'\"":
            if is_opening_quote(text, found.start()):
                quote = mark
        elif mark in _OPENING:
            open_brackets.append(mark)
        elif open_brackets:
            open_brackets.pop()
    return open_brackets[0] if open_brackets else quote


def hanging_operator(text: str) -> str | None:
    """Return the operator, comma or connective at the end of a text that something should follow.

    An operator counts after a blank only, so `text?`, `C++` and `base64=` are finished; so are units such as `10 %`.
    """
    found = _HANGING.search(text)
    return found.group(found.lastindex or 0) if found else None


def unfinished(text: str) -> str | None:
    """Return what makes a text look unfinished, or None."""
    return unclosed(text) or hanging_operator(text)


def is_plainly_a_comment(comment: str) -> bool:
    """Tell whether a comment begins with `#` and a blank, or is decoration: no part of a text looks like that."""
    return bool(_DECORATION.match(comment))
