"""Edits a document where two plans differ, key by key."""

from __future__ import annotations

from dataclasses import replace

from groundplan.plan.grammar.relationships import parse_key
from groundplan.plan.grammar.scan import Cursor
from groundplan.plan.yaml.edits import add_entry, remove, rename_key, replace_value
from groundplan.plan.yaml.nodes import Entry, Mapping, Node, Path, mapping, node_at, scalar
from groundplan.plan.yaml.reader import Document

_RELATIONSHIPS = "relationships"


def edited(document: Document, *, before: Mapping, after: Mapping) -> Document:
    """Change in a document what differs between two mappings, of which the first says what the document says.

    The document may say it in longer forms, which stay where nothing in them changes.
    """
    document, keys = _relationships_renamed(document, before, after)
    return _merged(document, (), _with_keys(before, keys), _with_keys(after, keys))


def _relationships_renamed(document: Document, before: Mapping, after: Mapping) -> tuple[Document, dict[str, str]]:
    """Give relationships that lead elsewhere now their new keys.

    Returns the document, and its key of each relationship by the keys that the two mappings use.
    """
    actual = {_label(key): key for key in _keys(node_at(document.root, (_RELATIONSHIPS,)))}
    old = {_label(key): key for key in _keys(before.get(_RELATIONSHIPS))}
    keys = {key: actual[label] for label, key in old.items() if label in actual}
    for key in _keys(after.get(_RELATIONSHIPS)):
        label = _label(key)
        if label not in actual or label not in old or old[label] == key:
            continue
        has_arrow = "arrow" in parse_key(Cursor(actual[label]))
        document = rename_key(document, (_RELATIONSHIPS, actual[label]), key)
        keys[old[label]] = key
        value = node_at(after, (_RELATIONSHIPS, key))
        if not has_arrow and value is not None:
            document = replace_value(document, (_RELATIONSHIPS, key), value)
    return document, keys


def _label(key: str) -> tuple[str, str]:
    said = parse_key(Cursor(key))
    return said["source"], said["name"]


def _with_keys(root: Mapping, keys: dict[str, str]) -> Mapping:
    """Return a plan's mapping with other keys of relationships."""
    relationships = root.get(_RELATIONSHIPS)
    if not isinstance(relationships, Mapping):
        return root
    renamed = tuple(
        Entry(key=scalar(keys.get(entry.key.text, entry.key.text)), value=entry.value)
        for entry in relationships.entries
    )
    return mapping({**_values(root), _RELATIONSHIPS: replace(relationships, entries=renamed)})


def _values(root: Mapping) -> dict[str, Node]:
    return {entry.key.text: entry.value for entry in root.entries}


def _merged(document: Document, path: Path, before: Mapping, after: Mapping) -> Document:
    """Change the entries of the mapping at a path.

    What is new may be there already: an empty section, or a default that is said. What changes may not be there: the
    name of a plan need not be said; below the root it is said in another form, which the whole new value replaces.
    """
    actual = node_at(document.root, path)
    there = set(_keys(actual))
    differing = [key for key in (*_keys(before), *_keys(after)) if before.get(key) != after.get(key)]
    differing = list(dict.fromkeys(differing))
    is_in_other_form = any(before.get(key) is not None and key not in there for key in differing)
    if not isinstance(actual, Mapping) or (path and is_in_other_form):
        return replace_value(document, path, after)
    for key in differing:
        value = after.get(key)
        if key in there:
            document = _changed(document, (*path, key), before.get(key), value)
    for key in reversed(differing):
        value = after.get(key)
        if key not in there and value is not None:
            document = _added(document, path, key, value, order=_keys(after))
    return document


def _changed(document: Document, path: Path, before: Node | None, after: Node | None) -> Document:
    if after is None:
        return remove(document, path)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return _merged(document, path, before, after)
    return replace_value(document, path, after)


def _added(document: Document, path: Path, key: str, value: Node, *, order: list[str]) -> Document:
    """Add an entry before the next one that is there."""
    there = set(_keys(node_at(document.root, path)))
    following = next((other for other in order[order.index(key) + 1 :] if other in there), None)
    return add_entry(document, path, key, value, before=following)


def _keys(node: Node | None) -> list[str]:
    return [entry.key.text for entry in node.entries] if isinstance(node, Mapping) else []
