"""Explains what a YAML parser could not read: what is wrong, what is near, and what to write instead.

A parser names the rule of its grammar that failed. Most such errors in a plan come from a text that needed quotes, so
these are looked for first; the table then translates the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from yaml.error import MarkedYAMLError

from groundplan.base.origin import Origin
from groundplan.plan.yaml.builder import Builder
from groundplan.plan.yaml.events import NO_CHARACTER
from groundplan.plan.yaml.findings import SYNTAX, TAB
from groundplan.plan.yaml.nodes import Node, Scalar, Style
from groundplan.plan.yaml.quoting import how_to_quote, shortened
from groundplan.plan.yaml.source import Source
from groundplan.plan.yaml.unfinished import unclosed

LONGEST_KEY = 1024
"""Most characters of a key on the line of its colon (YAML 1.2.2, 7.4.2)."""

_MOST_FRAGMENTS = 50
_CLOSING = {"[": "]", "{": "}"}
_CLOSERS = ("'", '"', "]", "}")
_BLOCK_MARKS = ("|", ">", "%", "@", "`")
_TAB_INDENT = re.compile(r"^ *\t[ \t]*[^\s]", re.MULTILINE)
_PIECE = re.compile(r""""[^"\n]*"|'[^'\n]*'|[^"',{}\[\]:\n]+|.""")
_COLON = re.compile(r"[ \t]*:(?=\s|\Z)")
_COMMENT = re.compile(r"(?:\s|\A)#.*")
_NO_BLANK_AFTER_COLON = re.compile(r"([^\s:#]+):(\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Explanation:
    origin: Origin
    message: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Problem:
    """A parser's words (those of libyaml, then those of PyYAML's own parser) and ours."""

    pattern: re.Pattern[str]
    message: str
    help: str
    is_at_start: bool = False  # point at the opening quote or bracket instead of where the parser gave up


def _problem(pattern: str, message: str, advice: str, *, at_start: bool = False) -> _Problem:
    return _Problem(pattern=re.compile(pattern), message=message, help=advice, is_at_start=at_start)


_QUOTE_IT = "put the whole text in quotes"
_PROBLEMS: tuple[_Problem, ...] = (
    _problem(
        "quoted scalar.*(end of stream|document indicator)",
        "a quote is opened here and never closed",
        'close it; a quote within the text is doubled in single quotes, and written \\" in double quotes',
        at_start=True,
    ),
    _problem(
        "unknown escape character",
        "this escape does not exist in double quotes",
        "write \\\\ for a backslash, or put the text in single quotes",
    ),
    _problem(
        "hexdecimal|hexadecimal|Unicode character escape|" + NO_CHARACTER,
        "this escape stands for no character",
        "write the character itself, or \\U and the eight digits of its code point",
    ),
    _problem(
        "flow sequence.*expected ',' or ']'",
        "the list that begins here is not closed, or a comma is missing in it",
        'close it with "]", put a comma between its items, and put items with brackets in quotes',
        at_start=True,
    ),
    _problem(
        "flow mapping.*expected ',' or '}'",
        "the mapping that begins here is not closed, or a comma is missing in it",
        'close it with "}", put a comma between its entries, and put values with brackets in quotes',
        at_start=True,
    ),
    _problem(
        "node content",
        "a value is missing here",
        'take out the comma that is too many; put "," and other marks in quotes if a text is meant',
    ),
    _problem(
        "scanning an (alias|anchor)",
        '"*" and "&" before a text make an alias or an anchor, and this is none',
        f'{_QUOTE_IT} if a text is meant, as in "&&" or "*"',
        at_start=True,
    ),
    _problem(
        "cannot start any token",
        "an unquoted text cannot begin with this character",
        _QUOTE_IT,
    ),
    _problem(
        "scanning a block scalar",
        '"|" and ">" before a text begin a block of text on the lines below',
        f"{_QUOTE_IT}, or begin the block on the next line, indented with blanks",
        at_start=True,
    ),
    _problem(
        "parsing a tag|scanning a tag|tag handle|directive",
        '"!" and "%" begin tags and directives here',
        f"{_QUOTE_IT} if a text is meant",
    ),
    _problem(
        "entries are not allowed",
        "a list cannot begin here",
        'begin the list on the next line, or write [a, b]; put a text that begins with "- " in quotes',
    ),
    _problem(
        "mapping values are not allowed",
        '": " begins a value here, where none can be',
        'indent the line like its neighbours; put a text that holds ": " in quotes',
    ),
    _problem(
        "mapping keys are not allowed",
        '"? " begins a key here, where none can be',
        _QUOTE_IT,
    ),
    _problem(
        "could not find expected ':'",
        "this line has no colon after its key",
        "write key: value, with a blank after the colon; indent the line further if it continues the text above",
        at_start=True,
    ),
    _problem(
        "expected '-' indicator|block collection.*expected <block end>",
        "the list ends here by its indentation, but the line is neither an item nor a key of what encloses the list",
        'begin items with "- " and give them all the same indentation',
    ),
    _problem(
        "expected key|block mapping.*expected <block end>",
        "the line fits neither the mapping above nor one that encloses it",
        "give all keys of a mapping the same indentation, and each a colon",
    ),
    _problem(
        "document start",
        "something follows the end of the document",
        "indent it as a part of the document, or take it out",
    ),
)
_FALLBACK = _problem("", "this is not YAML", f"compare the line with its neighbours; {_QUOTE_IT} if it is one text")


def explain(error: MarkedYAMLError, *, source: Source, builder: Builder) -> None:
    """Add the finding that tells what the parser stumbled over."""
    at = _offset(error, source, builder.last)
    if "tab" in (error.problem or "") or (source.text[at : at + 1] == "\t" and "token" in (error.problem or "")):
        _explain_tabs(at, source, builder)
        return
    if "incompatible YAML document" in (error.problem or ""):
        builder.other_version(source.origin(at), source.line(source.origin(at).line).partition(" ")[2].strip())
        return
    explanation = (
        _long_key(at, source)
        or _after_quotes(at, source, builder)
        or _bracket_in_text(at, source, builder)
        or _after_comment(at, source, builder)
        or _colon_in_text(error, at, source, builder)
        or _item_for_key(error, at, source)
        or _never_closed(at, source, builder)
        or _by_table(error, at, source)
    )
    builder.findings.add(
        SYNTAX,
        explanation.origin,
        f"{explanation.message}{_near(source, source.offset(explanation.origin))}",
        help=explanation.help,
    )


def _offset(error: MarkedYAMLError, source: Source, last: Node | None) -> int:
    """Return where the parser stopped; at the end of the text, the end of what precedes it."""
    if error.problem_mark is None:
        return source.offset(last.end) if last else 0
    mark = error.problem_mark
    if (
        error.context_mark is not None
        and "block scalar" in (error.context or "")
        and "tab" not in (error.problem or "")
    ):
        mark = error.context_mark
    at = min(mark.index, len(source.text))
    return len(source.text.rstrip()) if not source.text[at:].strip() else at


def _near(source: Source, at: int) -> str:
    line = source.line(source.origin(at).line).strip()
    shown = line if shortened(line) == line else source.text[at : source.line_end(at)].strip()
    return f"; near: {shortened(shown)}" if shown else ""


def _explain_tabs(at: int, source: Source, builder: Builder) -> None:
    line_start = source.offset(Origin(source.file, source.origin(at).line, 1))
    tab = source.text.find("\t", line_start, source.line_end(at))
    others = sum(1 for _ in _TAB_INDENT.finditer(source.text, source.line_end(at)))
    also = f", and others indent {others} lines below" if others else ""
    builder.findings.add(
        TAB,
        source.origin(tab if tab >= 0 else at),
        f"a tab indents this line{also}",
        help="indent with blanks; YAML does not count tabs",
    )


def _long_key(at: int, source: Source) -> _Explanation | None:
    """Find a key that no parser looks for the end of; whatever is said about its colon is beside the point."""
    start = source.offset(Origin(source.file, source.origin(at).line, 1))
    for piece in _PIECE.finditer(source.text, start, source.line_end(at)):
        begin = piece.start() + len(piece.group()) - len(piece.group().lstrip())
        if piece.end() - begin >= LONGEST_KEY and _COLON.match(source.text, piece.end()):
            return _Explanation(
                origin=source.origin(begin),
                message=f"this key has more than {LONGEST_KEY} characters, the most that YAML reads as a key",
                help="give it a shorter name; what it means can stand in about: beside it",
            )
    return None


def _after_quotes(at: int, source: Source, builder: Builder) -> _Explanation | None:
    """Find `where: 'a' = b` and `json = {} || x`: a quote or bracket closes a value, and the line goes on."""
    last = builder.last
    if last is None or not _is_closed(last) or not _is_blank(source.text[source.offset(last.end) : at]):
        return _after_closing(at, source)
    if source.text[at : at + 1] in ("", ",", ":", "]", "}", "#", "\r", "\n"):
        return None
    whole = _text_from(source.offset(_fragment(last, builder)), source, in_flow=builder.is_in_flow())
    closer = source.text[source.offset(last.end) - 1]
    message = f"the value ends at its closing {closer} and the line goes on"
    return _Explanation(origin=source.origin(at), message=message, help=how_to_quote(whole))


def _after_closing(at: int, source: Source) -> _Explanation | None:
    """Find the same where the parser gave up before it told of the value: `'hour' || at`."""
    line_start = source.offset(Origin(source.file, source.origin(at).line, 1))
    before = source.text[line_start:at].rstrip()
    if before[-1:] not in _CLOSERS or source.text[at : at + 1] not in _BLOCK_MARKS:
        return None
    message = f"the value ends at its closing {before[-1]} and the line goes on"
    return _Explanation(origin=source.origin(at), message=message, help=_QUOTE_IT)


def _fragment(last: Node, builder: Builder) -> Origin:
    """Return where the text began that ends at `last`: commas may have split it, as in `[f(a, b[1])]`."""
    for sibling in builder.open_children()[-_MOST_FRAGMENTS:]:
        is_plain = isinstance(sibling, Scalar) and sibling.style is Style.PLAIN
        if is_plain and unclosed(builder.source.between(sibling.origin, last.end)):
            return sibling.origin
    return last.origin


def _is_closed(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.style in (Style.SINGLE, Style.DOUBLE)
    return node.is_flow


def _is_blank(text: str) -> bool:
    return not text.strip(" \t")


def _bracket_in_text(at: int, source: Source, builder: Builder) -> _Explanation | None:
    """Find `{settings: json = {}}` and `[tags[1], b]`: brackets end an unquoted text in a flow collection."""
    last = builder.last
    if not (isinstance(last, Scalar) and last.style is Style.PLAIN and last.text and builder.is_in_flow()):
        return None
    bracket = source.text[at : at + 1]
    if bracket not in ("[", "{", "'", '"') or not _is_blank(source.text[source.offset(last.end) : at]):
        return None
    whole = _text_from(source.offset(_fragment(last, builder)), source, in_flow=True)
    message = f"{bracket} ends the text before it, which has no quotes"
    return _Explanation(origin=source.origin(at), message=message, help=how_to_quote(whole))


def _after_comment(at: int, source: Source, builder: Builder) -> _Explanation | None:
    """Find a text that goes on below a line which a comment ends."""
    last = builder.last
    if not (isinstance(last, Scalar) and last.style is Style.PLAIN):
        return None
    before = source.offset(last.end)
    comment = builder.cuts.get(before)
    if comment is None or source.origin(at).line != last.end.line + 1:
        return None
    if source.origin(at).column <= 1 or ": " in source.line(source.origin(at).line):
        return None
    return _Explanation(
        origin=source.origin(at),
        message=f"the comment on line {last.end.line} ends the text, which seems to go on here",
        help="move the comment above the text, or put the whole text in quotes if # belongs to it",
    )


def _colon_in_text(error: MarkedYAMLError, at: int, source: Source, builder: Builder) -> _Explanation | None:
    """Find `where: a: b`, `page:20` and a key without its colon, which all end at a colon that cannot be."""
    last = builder.last
    if not (isinstance(last, Scalar) and last.style is Style.PLAIN and last.text):
        return None
    if "values are not allowed" not in (error.problem or ""):
        return None
    line = source.origin(at).line
    if last.origin.line == line:
        whole = _text_from(source.offset(last.origin), source, in_flow=False)
        return _Explanation(
            origin=source.origin(at), message='": " within a text needs quotes', help=how_to_quote(whole)
        )
    first_line = _COMMENT.sub("", source.line(last.origin.line)).strip()
    key = shortened(first_line)
    unspaced = _NO_BLANK_AFTER_COLON.fullmatch(first_line)
    message = f"line {line} continues the text that begins on line {last.origin.line}, as it is indented below it"
    if not last.text.startswith(first_line):
        advice = f"indent line {line} like line {last.origin.line}, or put the text in quotes if it holds a colon"
    elif unspaced:
        message = f'"{key}" has no blank after its colon, so line {line} continues it as a text'
        advice = f"write {shortened(unspaced.group(1))}: {shortened(unspaced.group(2))}"
    else:
        advice = f'put a colon after "{key}" if it is a key, or indent line {line} like the key of that text'
    return _Explanation(origin=source.origin(at), message=message, help=advice)


def _item_for_key(error: MarkedYAMLError, at: int, source: Source) -> _Explanation | None:
    """Find a list below a key that has a value already."""
    if not source.text.startswith("- ", at) or "mapping" not in (error.context or ""):
        return None
    return _Explanation(
        origin=source.origin(at),
        message="a list item stands where a key was expected",
        help='give the key above either the value on its line or the list below it; take out "- " if a key is meant',
    )


def _never_closed(at: int, source: Source, builder: Builder) -> _Explanation | None:
    """Find a bracket that is still open at the end of the text."""
    opening = builder.open_flow()
    if opening is None or source.text[at:].strip():
        return None
    bracket = source.text[source.offset(opening)]
    return _Explanation(
        origin=opening, message=f'the "{bracket}" is never closed', help=f'close it with "{_CLOSING.get(bracket, "]")}"'
    )


def _text_from(start: int, source: Source, *, in_flow: bool) -> str:
    """Return the text that was probably meant: up to the comment or the line's end, in flow up to the comma."""
    line = _COMMENT.sub("", source.text[start : source.line_end(start)])
    if not in_flow:
        return line.strip()
    depth, quote = 0, ""
    for position, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ",)]}" and depth == 0:
            return line[:position].strip()
        elif character in ")]}":
            depth -= 1
    return line.strip()


def _by_table(error: MarkedYAMLError, at: int, source: Source) -> _Explanation:
    words = f"{error.context or ''}: {error.problem or ''}"
    problem = next((row for row in _PROBLEMS if row.pattern.search(words)), _FALLBACK)
    if problem.is_at_start and error.context_mark is not None:
        at = min(error.context_mark.index, len(source.text))
    return _Explanation(origin=source.origin(at), message=problem.message, help=problem.help)
