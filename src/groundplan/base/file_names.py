"""Names of files that every system can hold, from names that may hold anything."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_SAFE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,99}")
_RESERVED_ON_WINDOWS = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)


def named_files(texts: Iterable[tuple[str, str]], *, suffix: str, noun: str) -> dict[str, str]:
    """Return texts by the name of their file: their own where that is safe, else one with a digest of it.

    No two are the same in any case of letters; `noun` stands for a name of which nothing is safe.
    """
    files: dict[str, str] = {}
    taken: set[str] = set()
    for name, text in texts:
        found = file_name(name, suffix=suffix, noun=noun)
        if found.casefold() in taken:
            found = f"{_with_digest(name, noun=noun)}{suffix}"
        taken.add(found.casefold())
        files[found] = text
    return files


def file_name(name: str, *, suffix: str, noun: str) -> str:
    """Return a file name that every system can hold."""
    is_safe = _SAFE_NAME.fullmatch(name) is not None and _RESERVED_ON_WINDOWS.fullmatch(name) is None
    return f"{name if is_safe else _with_digest(name, noun=noun)}{suffix}"


def _with_digest(name: str, *, noun: str) -> str:
    folded = re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:80].strip("_-") or noun
    return f"{folded}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
