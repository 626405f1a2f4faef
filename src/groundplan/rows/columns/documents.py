"""JSON, bytes and embeddings."""

from __future__ import annotations

from groundplan.plan.types import Bytes, Json, Vector
from groundplan.rows.columns.source import Source
from groundplan.rows.model import Value
from groundplan.rows.vocabulary import COMMON_WORDS

_EXPECTED_SHARE = 0.1
_USUAL_KEYS = ("kind", "label", "level")
_USUAL_BYTES = 32
_NOISE = 4096


def documents(of: Json, count: int, *, source: Source) -> list[Value]:
    """Return JSON objects; one in ten contains what formulas look for, the others have the same keys."""
    fragments, keys = source.expectation.fragments, source.expectation.keys
    if not fragments and not keys:
        keys = _USUAL_KEYS
    found: list[Value] = []
    for _ in range(count):
        document: dict[str, Value] = {key: source.random.choice(COMMON_WORDS) for key in keys}
        for fragment in fragments:
            is_expected = source.random.random() < _EXPECTED_SHARE
            document |= fragment if is_expected else {key: _other(value, source) for key, value in fragment.items()}
        if of.typical_bytes is not None:
            _fill(document, of.typical_bytes, source=source)
        found.append(document)
    return found


def _other(value: Value, source: Source) -> Value:
    match value:
        case bool():
            return not value
        case int():
            return value + 1 + int(source.random.random() * 100)
        case float():
            return round(value + 1 + source.random.random(), 3)
        case dict():
            return {key: _other(inner, source) for key, inner in value.items()}
        case tuple():
            return ()
        case _:
            return source.random.choice(COMMON_WORDS)


def _fill(document: dict[str, Value], size: int, *, source: Source) -> None:
    usual = source.random.uniform(0.5, 1.5) * size
    missing = int(usual) - sum(len(key) + len(str(value)) + 6 for key, value in document.items())
    if missing > len("notes") + 6:
        document["notes"] = source.corpus.passage(characters=missing, random=source.random)


def byte_strings(of: Bytes, count: int, *, source: Source) -> list[bytes]:
    """Return random bytes of the typical size, give or take a half."""
    usual = of.typical_bytes or min(of.maximum or _USUAL_BYTES, _USUAL_BYTES)
    low, high = max(1, usual // 2), max(1, usual + usual // 2)
    if of.maximum is not None:
        low, high = min(low, of.maximum), min(high, of.maximum)
    return [source.random.randbytes(source.random.randint(low, high)) for _ in range(count)]


def vectors(of: Vector, count: int, *, source: Source) -> list[Value]:
    """Return embeddings: windows of one long random sequence, because drawing each number would take minutes."""
    noise = tuple(round(source.random.gauss(0, 1), 4) for _ in range(of.dimensions + _NOISE))
    starts = (int(source.random.random() * _NOISE) for _ in range(count))
    return [noise[start : start + of.dimensions] for start in starts]
