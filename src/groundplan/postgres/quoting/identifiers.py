"""Identifiers, always quoted."""

from __future__ import annotations

from collections.abc import Iterable


def quote_identifier(name: str) -> str:
    """Quote a name so that PostgreSQL reads exactly that name, whatever it is made of.

    Always in quotes: whether a word is reserved differs between versions, and an unquoted name is folded. Raises
    ValueError where no identifier can be that name: it is empty, holds a NUL, or is not Unicode text.
    """
    if not name:
        raise ValueError("an identifier cannot be empty")
    refuse_unstorable(name, "an identifier")
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def quote_identifiers(names: Iterable[str]) -> str:
    """Quote names and join them with commas: `"post_id", "tag_id"`."""
    return ", ".join(quote_identifier(name) for name in names)


def refuse_unstorable(text: str, kind: str) -> None:
    """Raise ValueError for text that PostgreSQL cannot store in UTF-8; `kind` names it in the message."""
    if "\0" in text:
        raise ValueError(f"{kind} cannot hold a NUL character: {text!r}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"{kind} cannot hold half of a surrogate pair: {text!r}")
