"""Pieces of the design in a few words, as decisions show them."""

from __future__ import annotations

from groundplan.plan.expressions import Expression, Local, Path
from groundplan.postgres.model import Index, IndexKey
from groundplan.postgres.quoting import expression_sql


def in_words(expression: Expression) -> str:
    """Return an expression over the columns of one row as SQL, names bare for readers."""
    return expression_sql(expression, name=_bare)


def _bare(name: Path | Local) -> str:
    if isinstance(name, Path):
        return ".".join((*(hop.relationship.partition(".")[2] for hop in name.hops), name.attribute or "key"))
    return name.name


def key_in_words(key: IndexKey) -> str:
    """Return one key of an index: `published_at DESC`."""
    text = in_words(key.expression)
    if not isinstance(key.expression, Local):
        text = f"({text})"
    if key.operator_class is not None:
        text += f" {key.operator_class}"
    if key.is_descending:
        text += " DESC"
    if key.is_nulls_first != key.is_descending:
        text += " NULLS FIRST" if key.is_nulls_first else " NULLS LAST"
    return text


def index_in_words(index: Index) -> str:
    """Return what an index is: `btree (post_id, created_at, id) WHERE is_approved`."""
    unique = "unique " if index.is_unique else ""
    text = f"{unique}{index.method.value} ({', '.join(key_in_words(key) for key in index.keys)})"
    if index.include:
        text += f" INCLUDE ({', '.join(index.include)})"
    if index.where is not None:
        text += f" WHERE {in_words(index.where)}"
    return text


def bytes_in_words(count: float) -> str:
    """Return a size in the largest unit that leaves at least one before the point: `4.9 GB`."""
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "KB")):
        if abs(count) >= size:
            return f"{_short(count / size)} {unit}"
    return f"{count:,.0f} bytes"


def rate_in_words(rate: float | None) -> str:
    """Return how often something happens, by the shortest time in which it happens at least once: `5/min`."""
    if rate is None:
        return "not said"
    for seconds, unit in ((1, "s"), (60, "min"), (3_600, "h")):
        if rate * seconds >= 1:
            return f"{_short(rate * seconds)}/{unit}"
    return f"{_short(rate * 86_400)}/day"


def count_in_words(number: float) -> str:
    """Return how many there are, in full up to the last digit that means something: `20,000`, `2.5`."""
    return _short(number)


def time_in_words(milliseconds: float) -> str:
    """Return a length of time in the largest unit that leaves at least one before the point: `500 ms`, `8 min`."""
    for size, unit in ((3_600_000, "h"), (60_000, "min"), (1_000, "s")):
        if milliseconds >= size:
            return f"{_short(milliseconds / size)} {unit}"
    return f"{_short(milliseconds)} ms"


def _short(number: float) -> str:
    """Return a number with two digits at least, and no more than it takes."""
    return f"{number:,.0f}" if abs(number) >= 10 else f"{number:.1f}".removesuffix(".0")
