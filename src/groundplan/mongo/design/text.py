"""Pieces of the design in a few words, as decisions show them."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.mongo.model import Index, IndexKey, KeyKind

_KINDS = {KeyKind.ASCENDING: "", KeyKind.DESCENDING: " desc"}


def key_in_words(key: IndexKey) -> str:
    """Return one key of an index: `published_at desc`, `content text`."""
    return key.path + _KINDS.get(key.kind, f" {key.kind.value}")


def index_in_words(index: Index) -> str:
    """Return what an index is: `(author_id, created_at desc, _id) where deleted_at: null`."""
    text = f"({', '.join(key_in_words(key) for key in index.keys)})"
    if index.is_unique:
        text = f"unique {text}"
    if index.language is not None:
        text += f" in {index.language}"
    if index.where is not None:
        text += f" where {filter_in_words(index.where)}"
    if index.expire_after_seconds is not None:
        text += f" expiring after {index.expire_after_seconds} s"
    return text


def filter_in_words(where: Mapping[str, object]) -> str:
    """Return a partial filter for readers: `deleted_at: null, status: 'draft'`."""
    return ", ".join(f"{name}: {_value(value)}" for name, value in where.items())


def _value(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Mapping():
            return f"{{{filter_in_words(value)}}}"
        case list() | tuple():
            return f"[{', '.join(_value(part) for part in value)}]"
        case str():
            return repr(value)
        case _:
            return str(value)
