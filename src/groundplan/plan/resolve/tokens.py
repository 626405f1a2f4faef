"""The tokens of a formula: words, quoted names, texts, numbers, parameters and operators, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from groundplan.base.names import composed

MAX_TOKENS = 1000
"""Longest formula read, in tokens."""

MAX_DIGITS = 100
"""Longest number read; Python converts long ones slowly or not at all."""


class TokenKind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted name"
    TEXT = "text"
    NUMBER = "number"
    PARAMETER = "parameter"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `value` is a name, text or parameter without its marks; `at` and `end` are offsets in the formula."""

    kind: TokenKind
    value: str
    at: int
    end: int

    def is_word(self, *words: str) -> bool:
        """Tell whether this is one of these unquoted words, in any case."""
        return self.kind is TokenKind.WORD and self.value.lower() in words

    def is_symbol(self, *symbols: str) -> bool:
        """Tell whether this is one of these symbols."""
        return self.kind is TokenKind.SYMBOL and self.value in symbols


class TokenCursor:
    """Tokens that are taken from left to right."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._next = 0

    @property
    def end(self) -> int:
        """The offset behind the last token."""
        return self._tokens[-1].end if self._tokens else 0

    def peek(self, ahead: int = 0) -> Token | None:
        """Return the next token without taking it, or one `ahead` of it; None beyond the end."""
        at = self._next + ahead
        return self._tokens[at] if 0 <= at < len(self._tokens) else None

    def follows(self, *symbols: str, ahead: int = 0) -> bool:
        """Tell whether one of these symbols is next."""
        token = self.peek(ahead)
        return token is not None and token.is_symbol(*symbols)

    def follows_word(self, *words: str, ahead: int = 0) -> bool:
        """Tell whether one of these unquoted words is next."""
        token = self.peek(ahead)
        return token is not None and token.is_word(*words)

    def take(self) -> Token:
        """Take the next token; there has to be one."""
        self._next += 1
        return self._tokens[self._next - 1]

    def skip(self, count: int) -> None:
        """Pass over tokens."""
        self._next += count


class TokenProblem(Enum):
    """Why a text has no tokens."""

    COMMENT = "a comment"
    SEVERAL = "a second statement"
    DOLLAR = "a dollar quote or numbered parameter"
    UNCLOSED_TEXT = "a text that is never closed"
    UNCLOSED_NAME = "a name that is never closed"
    EMPTY_NAME = "an empty name"
    HIDDEN = "a NUL character"
    LONG_NUMBER = "a number that is too long"
    LONG_FORMULA = "a formula that is too long"
    CHARACTER = "a character that means nothing here"


class Untokenizable(Exception):
    """A text that breaks up at `at`; `found` is what stands there."""

    def __init__(self, problem: TokenProblem, *, at: int, found: str) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.at = at
        self.found = found


# As in PostgreSQL (manual 4.1.1) every character beyond ASCII may stand in a name, so that `größe` and emoji need no
# quotes; blanks and control characters may not.
_NAME_START = r"(?:[A-Za-z_]|[^\x00-\x9f\s])"
_NAME = rf"{_NAME_START}(?:[A-Za-z0-9_]|[^\x00-\x9f\s])*"

_SYMBOLS = (
    "->>", "!~*", "->", "@>", "<@", "&&", "||", "~*", "!~", "<>", "!=", "<=", ">=",
    "=", "<", ">", "+", "-", "*", "/", "%", "~", "?", "(", ")", "[", "]", ",", ".",
)  # fmt: skip

_TOKEN = re.compile(
    "|".join(
        (
            r"(?P<blank>\s+)",
            r"(?P<comment>--|/\*)",
            r"(?P<text>'(?:[^']|'')*')",
            r'(?P<quoted>"(?:[^"]|"")*")',
            r"(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3}(?![A-Za-z0-9_]))?)",
            rf"(?P<word>{_NAME})",
            r"(?P<cast>::)",
            rf"(?P<parameter>:{_NAME})",
            rf"(?P<symbol>{'|'.join(re.escape(symbol) for symbol in _SYMBOLS)})",
        )
    )
)

_BROKEN = {
    ";": TokenProblem.SEVERAL,
    "$": TokenProblem.DOLLAR,
    "'": TokenProblem.UNCLOSED_TEXT,
    '"': TokenProblem.UNCLOSED_NAME,
}


def tokenize(text: str) -> tuple[Token, ...]:
    """Break a formula into tokens; raises Untokenizable with the place where that fails."""
    tokens: list[Token] = []
    at = 0
    hidden = text.find("\0")
    if hidden >= 0:
        raise Untokenizable(TokenProblem.HIDDEN, at=hidden, found="NUL")
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Untokenizable(_BROKEN.get(text[at], TokenProblem.CHARACTER), at=at, found=text[at])
        if found.lastgroup != "blank":
            tokens.append(_token(found))
            if len(tokens) > MAX_TOKENS:
                raise Untokenizable(TokenProblem.LONG_FORMULA, at=at, found=found.group())
        at = found.end()
    return tuple(tokens)


def _token(found: re.Match[str]) -> Token:
    text, start, end = found.group(), found.start(), found.end()
    match found.lastgroup:
        case "comment":
            raise Untokenizable(TokenProblem.COMMENT, at=start, found=text)
        case "text":
            return Token(TokenKind.TEXT, text[1:-1].replace("''", "'"), start, end)
        case "quoted":
            if len(text) == 2:
                raise Untokenizable(TokenProblem.EMPTY_NAME, at=start, found=text)
            return Token(TokenKind.QUOTED, composed(text[1:-1].replace('""', '"')), start, end)
        case "number":
            if len(text) > MAX_DIGITS:
                raise Untokenizable(TokenProblem.LONG_NUMBER, at=start, found=text[:20] + "…")
            return Token(TokenKind.NUMBER, text, start, end)
        case "word":
            return Token(TokenKind.WORD, composed(text), start, end)
        case "parameter":
            return Token(TokenKind.PARAMETER, composed(text[1:]), start, end)
        case _:
            return Token(TokenKind.SYMBOL, text, start, end)
