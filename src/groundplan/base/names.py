"""Names: folding, plural forms, the engines' length limits, and what is near a misspelt one."""

from __future__ import annotations

import difflib
import hashlib
import unicodedata
from collections.abc import Iterable

import inflection

POSTGRES_NAME_BYTES = 63
"""PostgreSQL cuts longer identifiers silently (manual 4.1.1, NAMEDATALEN - 1)."""


def composed(name: str) -> str:
    """Return a name with its accents in one spelling (NFC), so that names which look the same are the same."""
    return unicodedata.normalize("NFC", name)


def snake_case(name: str) -> str:
    """Fold `OrderLine`, `orderLine` and `order line` to `order_line`, and accents to one spelling."""
    return inflection.underscore(composed(name).replace(" ", "_"))


def plural(snake: str) -> str:
    """Return the plural of the last word: `order_line` to `order_lines`, `preferences` unchanged."""
    head, separator, last = snake.rpartition("_")
    return head + separator + inflection.pluralize(last)


def singular(snake: str) -> str:
    """Return the singular of the last word: `liked_posts` to `liked_post`."""
    head, separator, last = snake.rpartition("_")
    return head + separator + inflection.singularize(last)


def fit(name: str, *, limit: int = POSTGRES_NAME_BYTES) -> str:
    """Shorten a name to `limit` bytes; the cut part is replaced by a hash of the whole name, so names stay distinct."""
    encoded = name.encode()
    if len(encoded) <= limit:
        return name
    digest = hashlib.sha256(encoded).hexdigest()[:8]
    kept = encoded[: limit - len(digest) - 1].decode(errors="ignore")
    return f"{kept}_{digest}"


SHORTEST_BEGINNING = 3
"""Fewest letters of a name that is taken for the beginning of a longer one."""


def nearest(name: str, among: Iterable[str]) -> str | None:
    """Return the candidate a person most likely meant, or None when nothing is near."""
    candidates = sorted(set(among))
    for candidate in candidates:
        if candidate.casefold() == name.casefold():
            return candidate
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    if close:
        return close[0]
    longer = [candidate for candidate in candidates if candidate.casefold().startswith(name.casefold())]
    return min(longer, key=len) if longer and len(name) >= SHORTEST_BEGINNING else None


def did_you_mean(name: str, among: Iterable[str], *, kind: str) -> str:
    """Return a help sentence: the nearest name, and at most a dozen names that exist."""
    candidates = sorted(set(among))
    near = nearest(name, candidates)
    shown = ", ".join(candidates[:12]) + (f" and {len(candidates) - 12} more" if len(candidates) > 12 else "")
    listing = f"{kind}: {shown}" if candidates else f"there are no {kind}"
    return f'did you mean "{near}"? {listing}' if near else listing
