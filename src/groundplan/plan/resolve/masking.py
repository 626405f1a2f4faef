"""Replaces every name, value and function of a formula by a placeholder, so that an SQL parser sees structure alone.

Attributes may be called `end`, `from` or `desc`. Whether such a word is a name or a keyword follows from where it
stands: where a value is expected it is a name, behind a value it is a keyword. Only `not`, `case`, `null`, `true` and
`false` are keywords in both places; an attribute so called is written in double quotes.

Nothing of the formula's own text reaches the parser but the operators, brackets and keywords listed here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NoReturn

from groundplan.base.origin import Origin
from groundplan.plan.defects import OutsideLanguage, UnreadableFormula
from groundplan.plan.resolve.casts import CAST_TYPES, bounded
from groundplan.plan.resolve.intervals import UNITS, interval_text, spelled
from groundplan.plan.resolve.leaves import (
    Constant,
    Function,
    IntervalValue,
    Name,
    NumberValue,
    ParameterName,
    TextValue,
    TypeName,
)
from groundplan.plan.resolve.phrases import Broken, Mask, Phrase, Suffixes
from groundplan.plan.resolve.tokens import Token, TokenCursor, TokenKind

MAX_NESTING = 20
"""Deepest nesting of brackets and prefixes; the parser recurses."""

RAW_SQL = "write the whole pattern in raw `sql:`"

_CONSTANTS = {"null": None, "true": True, "false": False}
_OPERATORS = (
    "=", "<>", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%",
    "||", "&&", "@>", "<@", "?", "->", "->>", "~", "~*", "!~", "!~*",
)  # fmt: skip
_LEFT_OUT = {
    "over": "a window function",
    "filter": "FILTER of an aggregate",
    "within": "an ordered-set aggregate",
    "collate": "COLLATE",
    "escape": "ESCAPE of LIKE",
    "similar": "SIMILAR TO",
    "overlaps": "OVERLAPS of two periods",
    "union": "UNION of two queries",
}


class _Bracket(Enum):
    """What an open bracket was opened for; the value says what closes it."""

    PAREN = '")"'
    ITEMS = '")" of the list'
    CALL = '")" of the function'
    ARRAY = '"]"'
    CAST = '"as" and a type'
    CASE = '"end" of the case'


def mask(tokens: tuple[Token, ...], *, suffixes: Suffixes, place: Callable[[int], Origin]) -> tuple[Phrase, ...]:
    """Split a formula into its expressions and mask each; raises Broken."""
    return _Masking(tokens, suffixes=suffixes, place=place).phrases()


class _Masking:
    """One reading of a formula from left to right: values and operators take turns."""

    def __init__(self, tokens: tuple[Token, ...], *, suffixes: Suffixes, place: Callable[[int], Origin]) -> None:
        self._tokens = TokenCursor(tokens)
        self._suffixes = suffixes
        self._place = place
        self._mask = Mask()
        self._open: list[tuple[_Bracket, int]] = []  # with the number of prefixes before it
        self._prefixes = 0

    def phrases(self) -> tuple[Phrase, ...]:
        found = [self._phrase()]
        while self._tokens.peek() is not None:
            self._tokens.take()  # the comma that ended the phrase
            self._mask = Mask()
            found.append(self._phrase())
        return tuple(found)

    def _phrase(self) -> Phrase:
        first = self._tokens.peek()
        is_going_on = True
        while is_going_on:
            self._value()
            is_going_on = self._operator()
        if self._open:
            self._refuse_rest(f"an operator or {self._open[-1][0].value}")
        alias = self._alias()
        is_descending, is_nulls_first = self._direction()
        if self._tokens.peek() is not None and not (self._suffixes.is_list and self._tokens.follows(",")):
            self._refuse_rest("an operator or the end")
        return Phrase(
            masked=self._mask.text,
            leaves=tuple(self._mask.leaves),
            places=tuple(self._mask.places),
            at=first.at if first else 0,
            alias=alias,
            is_descending=is_descending,
            is_nulls_first=is_nulls_first,
        )

    # Tokens and brackets

    def _take_keyword(self) -> None:
        token = self._tokens.take()
        self._mask.emit(token.value.upper(), token.at)

    def _fail(self, expected: str) -> NoReturn:
        token = self._tokens.peek()
        found = "the end" if token is None else f'"{token.value}"'
        at = self._tokens.end if token is None else token.at
        raise Broken(UnreadableFormula(found=found, expected=expected, origin=self._place(at)))

    def _refuse(self, construct: str, *, instead: str, at: int) -> NoReturn:
        raise Broken(OutsideLanguage(construct=construct, instead=instead, origin=self._place(at)))

    def _push(self, bracket: _Bracket, at: int) -> None:
        self._open.append((bracket, self._prefixes))
        self._prefixes = 0
        self._check_nesting(at)

    def _check_nesting(self, at: int) -> None:
        if len(self._open) + self._prefixes + sum(prefixes for _, prefixes in self._open) > MAX_NESTING:
            self._refuse("nesting this deep", instead=f"stay within {MAX_NESTING} levels, or {RAW_SQL}", at=at)

    def _is_inside(self, *brackets: _Bracket) -> bool:
        return bool(self._open) and self._open[-1][0] in brackets

    # A value

    def _value(self) -> None:
        """Read prefixes and opening brackets, then the value behind them."""
        self._prefixes = 0
        while (token := self._tokens.peek()) is not None:
            if token.is_symbol("("):
                self._push(_Bracket.PAREN, token.at)
                self._take_keyword()
            elif token.is_symbol("+", "-") or token.is_word("not"):
                self._prefixes += 1
                self._check_nesting(token.at)
                self._take_keyword()
            elif token.is_word("case"):
                self._push(_Bracket.CASE, token.at)
                self._take_keyword()
                if self._tokens.follows_word("when"):
                    self._take_keyword()
            elif token.is_word("array") and self._tokens.follows("[", ahead=1):
                if not self._call(_Bracket.ARRAY, closing="]"):
                    return
            elif token.kind is TokenKind.WORD and self._tokens.follows("(", ahead=1):
                if not self._call(_Bracket.CALL, closing=")"):
                    return
            else:
                self._single_value(token)
                return
        self._fail("a value")

    def _single_value(self, token: Token) -> None:
        match token.kind:
            case TokenKind.WORD | TokenKind.QUOTED:
                self._word()
            case TokenKind.TEXT:
                self._mask.emit_value(TextValue(self._tokens.take().value, token.at))
            case TokenKind.PARAMETER:
                self._mask.emit_value(ParameterName(self._tokens.take().value, token.at))
            case TokenKind.NUMBER:
                self._tokens.take()
                unit = self._tokens.peek()
                if unit is not None and unit.is_word(*UNITS):
                    self._mask.emit_value(IntervalValue(spelled(token.value, self._tokens.take().value), token.at))
                else:
                    self._mask.emit_value(NumberValue(token.value, token.at))
            case TokenKind.SYMBOL:
                self._fail("a value")

    def _call(self, bracket: _Bracket, *, closing: str) -> bool:
        """Read `name(` or `array[`; returns whether arguments follow, else the call is read to its end."""
        token = self._tokens.take()
        name = token.value.lower()
        self._tokens.take()
        if name == "exists":
            self._refuse("a subquery", instead="name the relationship: `comments is not null`", at=token.at)
        if name == "cast" and bracket is _Bracket.CALL:
            self._push(_Bracket.CAST, token.at)
            self._mask.emit("CAST (", token.at)
            return True
        is_star = self._tokens.follows("*") and self._tokens.follows(")", ahead=1)
        is_distinct = self._tokens.follows_word("distinct") and not self._tokens.follows(")", ",", ".", ahead=1)
        self._tokens.skip(is_star or is_distinct)
        is_extract = name == "extract" and self._tokens.follows_word("from", ahead=1)
        self._mask.emit_function(Function(name, token.at, is_distinct=is_distinct, is_star=is_star))
        if self._tokens.follows(closing):
            self._tokens.take()
            self._mask.emit("( )", token.at)
            return False
        self._push(bracket, token.at)
        self._mask.emit("( (", token.at)  # each argument in brackets of its own: `a -> b` alone would be a lambda
        if is_extract:
            unit = self._tokens.take()
            self._tokens.take()
            self._mask.emit_value(TextValue(unit.value.lower(), unit.at))
            self._mask.emit(") , (", unit.at)
        return True

    def _word(self) -> None:
        token = self._tokens.take()
        word = token.value.lower()
        is_word = token.kind is TokenKind.WORD
        if is_word and word in _CONSTANTS:
            self._mask.emit_value(Constant(_CONSTANTS[word], token.value, token.at))
            return
        following = self._tokens.peek()
        if is_word and word in CAST_TYPES and following is not None and following.kind is TokenKind.TEXT:
            self._typed_text(word, following)
            return
        steps = [(token.value, token.at)]
        while self._tokens.follows("."):
            self._tokens.take()
            step = self._tokens.peek()
            if step is None or step.kind not in (TokenKind.WORD, TokenKind.QUOTED):
                self._fail("the name of an attribute or a relationship")
            steps.append((self._tokens.take().value, step.at))
        if self._tokens.follows("("):
            self._refuse("a function with a quoted or dotted name", instead=RAW_SQL, at=token.at)
        self._mask.emit_value(Name(tuple(steps), is_word and len(steps) == 1, token.at))

    def _typed_text(self, word: str, text: Token) -> None:
        """Read the text of `date '2030-01-01'` or `interval '30 days'`."""
        if word == "interval":
            length = interval_text(text.value)
            if length is None:
                self._fail("a length of time such as '30 days' or '1 hour 30 minutes'")
            self._mask.emit_value(IntervalValue(length, self._tokens.take().at))
            return
        self._mask.emit("CAST (", self._tokens.take().at)
        self._mask.emit_value(TextValue(text.value, text.at))
        self._mask.emit("AS", text.at)
        self._mask.emit_type(TypeName(CAST_TYPES[word], text.at))
        self._mask.emit(")", text.at)

    # What follows a value

    def _operator(self) -> bool:
        """Read what follows a value; returns whether another value has to follow that."""
        while (token := self._tokens.peek()) is not None:
            is_negated = token.is_word("not") and self._tokens.follows_word("in", "like", "ilike", "between", ahead=1)
            word = self._tokens.peek(1) if is_negated else token
            if word is not None and word.is_word("in", "like", "ilike", "between"):
                if is_negated:
                    self._take_keyword()
                if self._comparison(word):
                    return True
            elif not self._postfix(token):
                return self._infix(token)
        return False

    def _comparison(self, word: Token) -> bool:
        """Read `in`, `like`, `ilike` or `between`; returns whether a value has to follow."""
        self._take_keyword()
        if not word.is_word("in"):
            return True
        following = self._tokens.peek()
        if following is not None and following.kind is TokenKind.PARAMETER:
            self._mask.emit_value(ParameterName(self._tokens.take().value, following.at))
            return False
        if not self._tokens.follows("("):
            self._fail('"(" and the list of values, or a parameter')
        self._push(_Bracket.ITEMS, word.at)
        self._take_keyword()
        return True

    def _postfix(self, token: Token) -> bool:
        """Read what makes a value of the value before it: a closing bracket, `::type`, `is null`, `end`."""
        if token.is_symbol(")") and self._is_inside(_Bracket.PAREN, _Bracket.ITEMS):
            self._take_keyword()
            self._open.pop()
        elif token.is_symbol(")" if self._is_inside(_Bracket.CALL) else "]") and self._is_inside(
            _Bracket.CALL, _Bracket.ARRAY
        ):
            self._mask.emit(") )", self._tokens.take().at)
            self._open.pop()
        elif token.is_symbol("::"):
            self._take_keyword()
            self._type_name()
        elif token.is_word("as") and self._is_inside(_Bracket.CAST):
            self._take_keyword()
            self._type_name()
            if not self._tokens.follows(")"):
                self._fail('")" of the cast')
            self._take_keyword()
            self._open.pop()
        elif token.is_word("end") and self._is_inside(_Bracket.CASE):
            self._take_keyword()
            self._open.pop()
        elif token.is_word("is"):
            self._is()
        else:
            return False
        return True

    def _is(self) -> None:
        at = self._tokens.take().at
        self._mask.emit("IS", at)
        if self._tokens.follows_word("not"):
            self._take_keyword()
        if self._tokens.follows_word("distinct"):
            self._refuse("IS DISTINCT FROM", instead="write `a <> b or (a is null) <> (b is null)`", at=at)
        if not self._tokens.follows_word(*_CONSTANTS):
            self._fail('"null", "not null", "true" or "false"')
        self._take_keyword()

    def _type_name(self) -> None:
        token = self._tokens.peek()
        if token is None or token.kind is not TokenKind.WORD:
            self._fail(f"a type: {', '.join(sorted(CAST_TYPES))}")
        word, length = token.value.lower(), 1
        if word == "double" and self._tokens.follows_word("precision", ahead=1):
            word, length = "double precision", 2
        sizes: list[int] = []
        if self._tokens.follows("(", ahead=length):
            length += 1
            while (
                (size := self._tokens.peek(length)) is not None
                and size.kind is TokenKind.NUMBER
                and size.value.isdigit()
            ):
                sizes.append(int(size.value))
                length += 2
                if not self._tokens.follows(",", ahead=length - 1):
                    break
            if not self._tokens.follows(")", ahead=length - 1) or not sizes:
                self._tokens.skip(length - 1)
                self._fail("the sizes of the type, as in decimal(12,2)")
        found = bounded(word, tuple(sizes))
        if found is None:
            self._fail(f"a type: {', '.join(sorted(CAST_TYPES))}")
        self._mask.emit_type(TypeName(found, token.at))
        self._tokens.skip(length)

    def _infix(self, token: Token) -> bool:
        """Read an operator, a comma or a keyword that stands between two values; False where there is none."""
        if token.is_symbol(","):
            if self._is_inside(_Bracket.ITEMS):
                self._take_keyword()
                return True
            if self._is_inside(_Bracket.CALL, _Bracket.ARRAY):
                self._mask.emit(") , (", self._tokens.take().at)
                return True
            return False
        is_branch = token.is_word("when", "then", "else") and self._is_inside(_Bracket.CASE)
        if is_branch or token.is_symbol(*_OPERATORS) or token.is_word("and", "or"):
            self._take_keyword()
            return True
        if (
            token.is_word("at")
            and self._tokens.follows_word("time", ahead=1)
            and self._tokens.follows_word("zone", ahead=2)
        ):
            self._tokens.skip(3)
            self._mask.emit("AT TIME ZONE", token.at)
            return True
        return False

    # What follows the expression

    def _alias(self) -> str | None:
        if not (self._suffixes.has_alias and self._tokens.follows_word("as")):
            return None
        self._tokens.take()
        token = self._tokens.peek()
        if token is None or token.kind not in (TokenKind.WORD, TokenKind.QUOTED):
            self._fail("a name for the result")
        return self._tokens.take().value

    def _direction(self) -> tuple[bool, bool | None]:
        if not self._suffixes.has_direction:
            return False, None
        is_descending = self._tokens.follows_word("desc")
        if self._tokens.follows_word("asc", "desc"):
            self._tokens.take()
        if not self._tokens.follows_word("nulls"):
            return is_descending, None
        self._tokens.take()
        if not self._tokens.follows_word("first", "last"):
            self._fail('"first" or "last"')
        return is_descending, self._tokens.take().is_word("first")

    def _refuse_rest(self, expected: str) -> NoReturn:
        """Say what is wrong with the token that neither continues nor ends the expression."""
        token, before = self._tokens.peek(), self._tokens.peek(-1)
        if token is not None and before is not None and before.is_word("select", "with", "values"):
            self._refuse("a subquery", instead=f"reach other rows by a path, or {RAW_SQL}", at=before.at)
        if token is not None and token.is_word(*_LEFT_OUT):
            self._refuse(_LEFT_OUT[token.value.lower()], instead=RAW_SQL, at=token.at)
        self._fail(expected)
