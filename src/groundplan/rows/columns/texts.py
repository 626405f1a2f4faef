"""Text in all its kinds: prose of a typical size, names, addresses, slugs; different ones carry a number."""

from __future__ import annotations

from groundplan.plan.types import Text
from groundplan.rows.columns.source import Source, base36
from groundplan.rows.vocabulary import COMMON_WORDS

_LEAST_USUAL, _MOST_USUAL = 8, 200
_SHARE_OF_BOUND = 5
"""Without a typical size, text fills a fifth of its bound, within 8 and 200 characters."""

_LONGEST_WORDS = 16
"""Up to so many characters text is a name of one or two words, not a passage."""


def texts(of: Text, count: int, *, source: Source) -> list[str]:
    """Return text of the typical size, give or take a half, inside its bounds."""
    low, high = _lengths(of)
    random, passage = source.random, source.corpus.passage
    if high <= _LONGEST_WORDS:
        found = [_name(high, source=source) for _ in range(count)]
    else:
        width = high - low + 1
        found = [passage(characters=low + int(random.random() * width), random=random) for _ in range(count)]
    return found if not of.minimum else [_lengthened(text, of.minimum, source=source) for text in found]


def different_texts(of: Text, count: int, *, start: int, source: Source, is_secret: bool) -> list[str]:
    """Return texts that differ from each other, and from those of any other `start` range, ignoring case."""
    longest = of.maximum or 64
    shortest = of.minimum or 1
    if is_secret:
        digits = min(longest, 64)
        return [_token(number, digits, source=source) for number in range(start, start + count)]
    names = (source.random.choice(COMMON_WORDS) for _ in range(count))
    return [
        _numbered(name, number, longest=longest, shortest=shortest)
        for number, name in enumerate(names, start)
    ]  # fmt: skip


def different_slugs(count: int, *, start: int, source: Source) -> list[str]:
    """Return slugs of two words and a number."""
    choose = source.random.choice
    return [f"{choose(COMMON_WORDS)}-{choose(COMMON_WORDS)}-{base36(number)}" for number in range(start, start + count)]


def slugs(count: int, *, source: Source) -> list[str]:
    """Return slugs of two words."""
    choose = source.random.choice
    return [f"{choose(COMMON_WORDS)}-{choose(COMMON_WORDS)}" for _ in range(count)]


def different_emails(count: int, *, start: int, source: Source) -> list[str]:
    """Return addresses that differ without regard to case; one in twenty is written with a capital."""
    choose, random = source.random.choice, source.random.random
    plain = (
        f"{choose(COMMON_WORDS)}.{choose(COMMON_WORDS)}.{base36(number)}@example.org"
        for number in range(start, start + count)
    )
    return [address.capitalize() if random() < 0.05 else address for address in plain]


def emails(count: int, *, source: Source) -> list[str]:
    """Return addresses that may repeat."""
    choose = source.random.choice
    return [f"{choose(COMMON_WORDS)}.{choose(COMMON_WORDS)}@example.org" for _ in range(count)]


def urls(paths: list[str]) -> list[str]:
    """Return addresses with these paths."""
    return [f"https://example.org/{path}" for path in paths]


def _lengths(of: Text) -> tuple[int, int]:
    if of.typical_bytes is not None:
        usual = of.typical_bytes
    elif of.maximum is not None:
        usual = max(_LEAST_USUAL, min(_MOST_USUAL, of.maximum // _SHARE_OF_BOUND))
    else:
        usual = _MOST_USUAL // 2
    high = max(1, usual + usual // 2)
    low = max(1, usual // 2, of.minimum or 0)
    if of.maximum is not None:
        high = min(high, of.maximum)
    return min(low, high), max(high, min(low, of.maximum or low))


def _name(longest: int, *, source: Source) -> str:
    return source.random.choice(COMMON_WORDS)[:longest]


def _lengthened(text: str, shortest: int, *, source: Source) -> str:
    while len(text) < shortest:
        text += source.random.choice(COMMON_WORDS)[: shortest - len(text)]
    return text


def _numbered(name: str, number: int, *, longest: int, shortest: int) -> str:
    token = base36(number)
    room = longest - len(token) - 1
    if room < 1:
        return token.rjust(min(shortest, longest), "0")
    text = f"{name[:room]} {token}"
    return text if len(text) >= shortest else f"{name[:room]} {token.rjust(shortest - len(name[:room]) - 1, '0')}"


def _token(number: int, digits: int, *, source: Source) -> str:
    tail = f"{number:x}"[-digits:]
    return (f"{source.random.getrandbits(4 * digits):0{digits}x}"[: digits - len(tail) - 1] + "g" + tail)[-digits:]
