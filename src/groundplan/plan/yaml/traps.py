"""What YAML permits but nobody means: texts split at a comma, cut off by ` #`, joined over a colon, hidden characters.

When is a text cut off? ` #` begins a comment, and most comments are meant. It is an error after an unquoted text that

- leaves a bracket or a quote open (`where: coalesce(a #b`), or
- ends with an operator, a comma or `and`, `or`, `like`, `between` (`where: color = # red`), or
- is followed by `#` without a blank after it (`about: see issue #5`, `set: settings #- '{a}'`); a row of `#`, `-`, `=`,
  `*` or `~` is decoration and passes;

and where a key's or an item's whole value is such a `#word` (`color: #fff`). Numbers, booleans and quoted texts are
never cut off. PostgreSQL's `a # b` between blanks cannot be told from a comment and passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from groundplan.plan.yaml.findings import CUT_TEXT, HIDDEN_CHARACTER, MISSING_BLANK, SPLIT_TEXT, Findings
from groundplan.plan.yaml.nodes import Mapping, Node, Scalar, Style
from groundplan.plan.yaml.quoting import HIDDEN, how_to_quote, quoted, shortened
from groundplan.plan.yaml.source import Source
from groundplan.plan.yaml.unfinished import (
    hanging_operator,
    is_closing_quote,
    is_opening_quote,
    is_plainly_a_comment,
    unclosed,
)

_FRAGMENT_MARK = re.compile(r"""[()'"]""")  # no other bracket can stand in an unquoted text of a flow collection
_NO_BLANK_AFTER_COLON = re.compile(r"([\w.]+):(\S+)")
_FOLD = re.compile(r"[ \t]*(?:(?<=[ \t])#[^\r\n]*)?[\r\n]\s*")


def find_hidden_characters(source: Source, findings: Findings) -> Source:
    """Report each kind of hidden character once, and return the source with all of them replaced one by one."""
    places: dict[str, list[int]] = {}
    for found in HIDDEN.finditer(source.text):
        places.setdefault(found.group(), []).append(found.start())
    for character, offsets in places.items():
        others = len(offsets) - 1
        more = f" and at {others} more place{'s' if others > 1 else ''}" if others else ""
        findings.add(
            HIDDEN_CHARACTER,
            source.origin(offsets[0]),
            f"the hidden character U+{ord(character):04X} stands here{more}",
            help=_what_to_write_for(character),
        )
    return replace(source, text=HIDDEN.sub("\ufffd", source.text)) if places else source


def _what_to_write_for(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return "it is half of a surrogate pair and no character of its own; write the whole character"
    if character == "\ufeff":
        return "a byte order mark may only begin a file; take it out"
    return f"take it out, or write {quoted(character)} where the text needs it"


def join_split_texts(children: Sequence[Node], source: Source, findings: Findings, *, is_mapping: bool) -> list[Node]:
    """Report texts that commas inside brackets or quotes have split, and return the children with each joined again.

    `children` are those of one flow collection; of a mapping keys and values in turn, and so they are returned.
    """
    joined: list[Node] = []
    done = 0
    for first, last in _split_spans(children):
        joined.extend(children[done:first])
        start, end = children[first], children[last]
        text = _FOLD.sub(" ", source.between(start.origin, end.end))
        joined.append(Scalar(value=text, text=text, origin=start.origin, end=end.end))
        done = last + 1
        is_key = is_mapping and first % 2 == 0
        if is_key and last % 2:  # the text ends within the value of its last fragment
            joined.append(Scalar(value=None, text="", origin=end.end, end=end.end))
        elif is_mapping and not is_key and last % 2 == 0:  # the last fragment was read as a key, with no value
            done += 1
        key = joined[-2] if is_mapping and not is_key else None
        findings.add(
            SPLIT_TEXT,
            start.origin,
            f'the comma in "{shortened(text)}" splits the text, which has no quotes',
            help=how_to_quote(text, key=key.text if isinstance(key, Scalar) else None),
        )
    joined.extend(children[done:])
    return joined


def _split_spans(children: Sequence[Node]) -> list[tuple[int, int]]:
    """Return first and last index of the children that were one text, outermost and in order."""
    spans = _matched_across(children, with_quotes=True)
    if spans is None:
        spans = _matched_across(children, with_quotes=False) or []
    outermost: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if outermost and first <= outermost[-1][1]:
            outermost[-1] = (outermost[-1][0], max(last, outermost[-1][1]))
        else:
            outermost.append((first, last))
    return outermost


def _matched_across(children: Sequence[Node], *, with_quotes: bool) -> list[tuple[int, int]] | None:
    """Match brackets and quotes over all unquoted texts; None when a quote stays open and hides what follows it."""
    spans: list[tuple[int, int]] = []
    brackets: list[int] = []
    quote, quote_index = "", 0
    for index, text in _fragments(children):
        for found in _FRAGMENT_MARK.finditer(text):
            mark, at = found.group(), found.start()
            if quote:
                if mark == quote and is_closing_quote(text, at):
                    spans.append((quote_index, index))
                    quote = ""
            elif mark in "'\"":
                if with_quotes and is_opening_quote(text, at):
                    quote, quote_index = mark, index
            elif mark == "(":
                brackets.append(index)
            elif brackets:
                spans.append((brackets.pop(), index))
    return None if quote else [span for span in spans if span[0] != span[1]]


def _fragments(children: Sequence[Node]) -> Iterable[tuple[int, str]]:
    for index, child in enumerate(children):
        match child:
            case Scalar(style=Style.PLAIN):
                yield index, child.text
            case Mapping(entries=(only,)) if only.key.origin == child.origin:  # a pair without braces: [f(a, b: c)]
                yield index, only.key.text
                if isinstance(only.value, Scalar) and only.value.style is Style.PLAIN:
                    yield index, only.value.text
            case _:
                pass


def find_cut(text: Scalar, source: Source, findings: Findings, *, hash_offset: int) -> None:
    """Report an unquoted text that the comment at `hash_offset` cuts off; see the top of this module for when."""
    if not isinstance(text.value, str) and text.text:
        return
    comment = source.text[hash_offset : source.line_end(hash_offset)].rstrip()
    has_blank = is_plainly_a_comment(comment)
    opened = unclosed(text.text)
    hanging = hanging_operator(text.text)
    if opened:
        message = f'the text ends at " #" while its "{opened}" is still open'
    elif hanging:
        message = f'the text ends at " #" after "{hanging}"'
    elif not has_blank and text.text:
        message = f'"{shortened(comment)}" is read as a comment, which cuts the text off'
    elif not has_blank:
        message = f'"{shortened(comment)}" is read as a comment, which leaves no value'
    else:
        return
    whole = _FOLD.sub(" ", source.text[source.offset(text.origin) : hash_offset + len(comment)]).lstrip()
    finish = "finish the text before it" if opened or hanging else f"write # {shortened(comment[1:])}"
    findings.add(
        CUT_TEXT,
        source.origin(hash_offset),
        message,
        help=f"if # belongs to the text, {how_to_quote(whole)}; if it begins a comment, {finish}",
    )


def find_missing_blank(key: Scalar, value: Node, findings: Findings) -> None:
    """Report a key of a flow mapping such as `{now:5}`, which YAML reads as the key "now:5" without a value."""
    if key.style is Style.PLAIN and isinstance(value, Scalar) and not value.text and value.style is Style.PLAIN:
        found = _NO_BLANK_AFTER_COLON.fullmatch(key.text)
        if found:
            findings.add(
                MISSING_BLANK,
                key.origin,
                f'"{shortened(key.text)}" is one key without a value, as no blank follows the colon',
                help=f"write {shortened(found.group(1))}: {shortened(found.group(2))}",
            )
