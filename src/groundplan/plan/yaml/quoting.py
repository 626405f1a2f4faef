"""How a text is written in YAML: unquoted where every reader understands that, else in the mildest quotes."""

from __future__ import annotations

import re
from dataclasses import replace

from groundplan.base.origin import BUILT_IN
from groundplan.plan.yaml.nodes import Scalar, Style
from groundplan.plan.yaml.scalars import means_itself, resolve, spelling
from groundplan.plan.yaml.unfinished import is_plainly_a_comment, unclosed, unfinished

HIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Characters that may only stand as an escape: controls, Unicode line separators, surrogates, the byte order mark."""

_INDICATORS = frozenset(",[]{}#&*!|>'\"%@`")
_INDICATORS_BEFORE_BLANK = frozenset("-?:")
_NOT_IN_PLAIN = re.compile(r": | #|:\Z|[\t\n\r]")
_FLOW_INDICATORS = re.compile(r"[,\[\]{}]|:\?")  # libyaml refuses ":?" in brackets
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
_NEEDS_ESCAPE = re.compile(f"[\n\r\t]|{HIDDEN.pattern}")
_ESCAPED = re.compile(f'[\\\\"]|{_NEEDS_ESCAPE.pattern}')
_SHOWN = 60
_SPELT_OUT = 300


def is_plain(text: str, *, in_flow: bool, comment: str = "", was_plain: bool = False) -> bool:
    """Tell whether a text can be written without quotes: it means itself to readers of YAML 1.2 and 1.1 alike.

    `in_flow` holds within `[]` and `{}`; `comment` is what follows on the same line; both set traps for texts that look
    unfinished (`groundplan.plan.yaml.traps`). A text that had no quotes in the file it comes from (`was_plain`) needs
    none for the sake of YAML 1.1: its author chose so, as with the key `on`.
    """
    if not text or text != text.strip() or not means_itself(text, in_older_versions=not was_plain):
        return False
    if text[0] in _INDICATORS or text.startswith(("---", "...")):
        return False
    if text[0] in _INDICATORS_BEFORE_BLANK and (in_flow or text[1:2] in ("", " ")):
        return False
    if _NOT_IN_PLAIN.search(text) or HIDDEN.search(text):
        return False
    if in_flow and (_FLOW_INDICATORS.search(text) or unclosed(text)):
        return False
    return not comment or (is_plainly_a_comment(comment) and not unfinished(text))


def quoted(text: str, *, prefer_single: bool = False) -> str:
    """Write a text in quotes on one line: double quotes, or single ones where that saves escapes or is preferred.

    Raises ValueError for half a surrogate pair, which no escape can stand for.
    """
    needs_escapes = _NEEDS_ESCAPE.search(text)
    if not needs_escapes and (prefer_single or '"' in text or "\\" in text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def shortened(text: str) -> str:
    """Return what a message can show of a text."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def how_to_quote(text: str, *, key: str | None = None) -> str:
    """Tell to write a text in quotes, spelt out unless it is very long; `key` is the key that it belongs to."""
    if len(text) > _SPELT_OUT:
        return "put the whole text in quotes"
    return f"write {quoted(text)}" if key is None else f"write {{{shortened(key)}: {quoted(text)}}}"


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        raise ValueError(f"U+{code:04X} is half of a surrogate pair and cannot be written")
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def key_text(key: Scalar, *, in_flow: bool) -> str:
    """Write a key on one line."""
    return inline_text(replace(key, value=key.text), in_flow=in_flow)


def inline_text(node: Scalar, *, in_flow: bool, comment: str = "", is_item: bool = False) -> str:
    """Write a scalar on one line; empty for a null that was written as nothing, where nothing can stand.

    Raises ValueError for a number that is too large to be read back and for half a surrogate pair.
    """
    if not isinstance(node.value, str):
        if node.text or in_flow or is_item or (comment and not is_plainly_a_comment(comment)):
            return (
                node.text if node.text and Scalar(value=resolve(node.text), text="") == node else spelling(node.value)
            )
        return ""
    if node.style in (Style.SINGLE, Style.DOUBLE):
        return quoted(node.value, prefer_single=node.style is Style.SINGLE)
    was_plain = node.style is Style.PLAIN and node.origin != BUILT_IN
    plain = is_plain(node.value, in_flow=in_flow, comment=comment, was_plain=was_plain)
    return node.value if plain else quoted(node.value)


def block_text(node: Scalar, *, width: int) -> tuple[str, list[str]] | None:
    """Write a text as a block: its header and its lines without indentation; None where it is better in one line.

    Blocks are written for texts of several lines and where the style asks for one. A text stays out of blocks if some
    of it could not be seen there: blanks at the ends of lines, tabs, empty lines at its end.
    """
    text = node.value
    if not isinstance(text, str) or node.style in (Style.SINGLE, Style.DOUBLE):
        return None
    if node.style is Style.PLAIN and "\n" not in text:
        return None
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if not body or body[0] in " \n" or body[-1] == "\n" or _NEEDS_ESCAPE.search(body.replace("\n", "")):
        return None
    if any(line.endswith(" ") for line in lines):
        return None
    chomping = "" if text.endswith("\n") else "-"
    if node.style is Style.FOLDED and len(lines) == 1 and "  " not in body:
        return f">{chomping}", _folded(body.split(" "), width=width)
    return f"|{chomping}", lines


def _folded(words: list[str], *, width: int) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
