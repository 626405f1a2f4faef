"""Scalars by the YAML 1.2 core schema (YAML 1.2.2, 10.3.2): what an unquoted text means, and how a value is spelt."""

from __future__ import annotations

import math
import re

from yaml.resolver import Resolver

Value = str | int | float | bool | None
"""What a scalar can hold."""

MAX_NUMBER_LENGTH = 400
"""Longest number read; every finite double written without an exponent fits (Python itself stops at 4,300 digits)."""

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **{sign + word: math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_FIRST_OF_A_NUMBER = frozenset("0123456789+-.")
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


class NumberTooLarge(ValueError):
    """A number that neither a double nor an integer of reasonable length can hold."""


def resolve(text: str) -> Value:
    """Return what a plain scalar means: a null, a boolean, a number, or the text itself.

    Raises NumberTooLarge for a float beyond the range of a double and for a number longer than MAX_NUMBER_LENGTH.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST_OF_A_NUMBER:
        return text
    return _number(text)


def _number(text: str) -> int | float | str:
    if _INT.fullmatch(text):
        return int(_not_too_long(text))
    if _FLOAT.fullmatch(text):
        value = float(_not_too_long(text))
        if math.isinf(value):
            raise NumberTooLarge(text)
        return value
    if _OCTAL.fullmatch(text):
        return int(_not_too_long(text)[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(_not_too_long(text)[2:], 16)
    return text


def _not_too_long(text: str) -> str:
    if len(text) > MAX_NUMBER_LENGTH:
        raise NumberTooLarge(text)
    return text


def spelling(value: Value) -> str:
    """Spell a value so that YAML 1.2 and 1.1 both read it back; a text is spelt as itself."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return _float_spelling(value)
        case int() | str():
            return str(value)


def _float_spelling(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    spelt = repr(value)
    mantissa, exponent_mark, exponent = spelt.partition("e")
    if exponent_mark and "." not in mantissa:  # YAML 1.1 asks for the point: 1e+16 would be a text there
        return f"{mantissa}.0e{exponent}"
    return spelt


def means_itself(text: str, *, in_older_versions: bool) -> bool:
    """Tell whether an unquoted text is read as that text by YAML 1.2, or by YAML 1.1 as well.

    The older version takes `no`, `on`, `1_000`, `12:30`, `2024-01-01`, `<<` and `=` for something else; its patterns
    are PyYAML's own.
    """
    try:
        if not isinstance(resolve(text), str) or text == "<<":
            return False
    except NumberTooLarge:
        return False
    older = Resolver.yaml_implicit_resolvers.get(text[:1], ()) if in_older_versions else ()
    return not any(pattern.match(text) for _, pattern in older)
