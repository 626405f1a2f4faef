"""LIKE patterns and POSIX regular expressions as the regular expressions of PCRE, which MongoDB uses."""

from __future__ import annotations

import re

from groundplan.mongo.queries.inexpressible import Inexpressible

DOT_ALL = "s"
"""The option by which a dot is any character, a line break too, as in LIKE and in PostgreSQL's expressions."""

ANY_CASE = "i"

_SPECIAL = frozenset(r"\^$.|?*+()[]{}/-")


def escaped(text: str) -> str:
    """Return text so that a regular expression finds exactly it."""
    return "".join(f"\\{character}" if character in _SPECIAL else character for character in text)


def like_expression(pattern: str) -> str:
    r"""Return the regular expression of a LIKE pattern: `a%` is `^a`, whose beginning an index can serve; `_` is `.`.

    Raises Inexpressible for a pattern that ends in its escape character, which is an error in SQL.
    """
    body: list[str] = []
    characters = iter(pattern)
    for character in characters:
        match character:
            case "%":
                body.append(".*")
            case "_":
                body.append(".")
            case "\\":
                following = next(characters, None)
                if following is None:
                    raise Inexpressible("a LIKE pattern must not end with its escape character")
                body.append(escaped(following))
            case _:
                body.append(escaped(character))
    starts = 1 if body[:1] == [".*"] else 0
    ends = len(body) - 1 if len(body) > starts and body[-1] == ".*" else len(body)
    if body == [".*"]:
        return ""
    beginning, end = "" if starts else "^", "" if ends < len(body) else r"\z"
    return "".join((beginning, *body[starts:ends], end))


_ESCAPE = re.compile(r"\\(.)|\$\Z", re.DOTALL)
_OF_POSIX = {"y": r"\b", "m": r"\b(?=\w)", "M": r"\b(?<=\w)", "Y": r"\B", "Z": r"\z", "A": r"\A"}


def posix_expression(pattern: str) -> str:
    r"""Return the regular expression of one of PostgreSQL's: `$` is the very end there, word ends are `\m` and `\M`.

    Raises Inexpressible for embedded options and back references into lookarounds that PCRE reads otherwise.
    """
    if pattern.startswith("***") or re.match(r"\(\?[a-z]+\)", pattern):
        raise Inexpressible("options inside a regular expression are read otherwise by MongoDB")
    return _ESCAPE.sub(_replaced, pattern)


def _replaced(found: re.Match[str]) -> str:
    if found[1] is None:
        return r"\z"
    return _OF_POSIX.get(found[1], found[0])
