"""Edits of a document that leave everything else as its author wrote it.

An edit first tries to splice the new text into the old one, as narrowly as it can. The result is read back: unless it
holds exactly the tree that was meant and every comment that was not removed, the edit writes the entry around it anew,
then the one around that, and at last the whole document. Whatever an edit returns has passed this check.

Every edit returns the new document. It raises PlanInvalid for a document that was read with findings, UnknownObject for
a path that leads nowhere, and ValueError for a key that is already there or a value that no file can hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from groundplan.base.errors import PlanInvalid, UnknownObject
from groundplan.base.names import did_you_mean
from groundplan.plan.yaml.attachment import Notes, attach
from groundplan.plan.yaml.comments import written
from groundplan.plan.yaml.nodes import (
    Entry,
    Mapping,
    Node,
    Path,
    Scalar,
    Sequence,
    children_of,
    node_at,
    scalar,
    with_node_at,
)
from groundplan.plan.yaml.reader import Document, read_document
from groundplan.plan.yaml.splices import Splicer
from groundplan.plan.yaml.writer import write_document

_NO_NOTES = Notes()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meant:
    """What an edit should lead to; `around` is the deepest path that leads to the same place before and after."""

    root: Node
    notes: dict[Path, Notes]
    around: Path


def replace_value(document: Document, path: Path, value: Node) -> Document:
    """Replace the value at a path; comments above and beside it stay, those inside it go."""
    splicer = _splicer(document)
    _node(document, path)
    notes = {at: found for at, found in splicer.attachment.notes.items() if at == path or not _is_within(at, path)}
    if path and path in notes:
        notes[path] = replace(notes[path], below=())
    meant = _Meant(root=with_node_at(document.root, path, value), notes=notes, around=path)
    return _settled(splicer, meant, splicer.value(path, value))


def rename_key(document: Document, path: Path, key: str) -> Document:
    """Rename the key that ends a path."""
    splicer = _splicer(document)
    parent = _parent(document, path)
    if not isinstance(parent, Mapping):
        raise ValueError("an item of a list has no key")
    if key != path[-1] and parent.entry(key):
        raise ValueError(f'the key "{key}" is already there')
    renamed = tuple(
        replace(entry, key=scalar(key)) if entry.key.text == path[-1] else entry for entry in parent.entries
    )
    meant = _Meant(
        root=with_node_at(document.root, path[:-1], replace(parent, entries=renamed)),
        notes=_moved(splicer.attachment.notes, path, (*path[:-1], key)),
        around=path[:-1],
    )
    return _settled(splicer, meant, splicer.key(path, scalar(key)))


def add_entry(
    document: Document, path: Path, key: str, value: Node, *, before: str | None = None, notes: Notes = _NO_NOTES
) -> Document:
    """Add an entry to the mapping at a path, at its end or before another key; a null there becomes a mapping.

    A mapping that was empty becomes a block.
    """
    splicer = _splicer(document)
    container = _node(document, path)
    if isinstance(container, Sequence) or (isinstance(container, Scalar) and container.value is not None):
        raise ValueError("only a mapping takes entries")
    entries = container.entries if isinstance(container, Mapping) else ()
    keys = [entry.key.text for entry in entries]
    if key in keys:
        raise ValueError(f'the key "{key}" is already there')
    index = len(keys) if before is None else _index(before, keys)
    added = Entry(key=scalar(key), value=value)
    is_flow = bool(entries) and isinstance(container, Mapping) and container.is_flow
    grown = Mapping(entries=(*entries[:index], added, *entries[index:]), is_flow=is_flow)
    meant = _Meant(
        root=with_node_at(document.root, path, grown),
        notes={**splicer.attachment.notes, (*path, key): notes},
        around=path,
    )
    return _settled(splicer, meant, splicer.added(path, index, added, notes))


def add_item(
    document: Document, path: Path, value: Node, *, before: int | None = None, notes: Notes = _NO_NOTES
) -> Document:
    """Add an item to the sequence at a path, at its end or before an index; a null there becomes a sequence."""
    splicer = _splicer(document)
    container = _node(document, path)
    if isinstance(container, Mapping) or (isinstance(container, Scalar) and container.value is not None):
        raise ValueError("only a sequence takes items")
    items = container.items if isinstance(container, Sequence) else ()
    index = len(items) if before is None else _index(before, range(len(items)))
    is_flow = container.is_flow if items and isinstance(container, Sequence) else _is_one_line(value)
    grown = Sequence(items=(*items[:index], value, *items[index:]), is_flow=is_flow)
    shifted = splicer.attachment.notes
    for at in range(len(items) - 1, index - 1, -1):
        shifted = _moved(shifted, (*path, at), (*path, at + 1))
    meant = _Meant(root=with_node_at(document.root, path, grown), notes={**shifted, (*path, index): notes}, around=path)
    return _settled(splicer, meant, splicer.added(path, index, value, notes))


def remove(document: Document, path: Path) -> Document:
    """Remove the entry or item that ends a path, with its comments; the last one leaves `{}` or `[]`."""
    splicer = _splicer(document)
    parent = _parent(document, path)
    notes = {at: found for at, found in splicer.attachment.notes.items() if not _is_within(at, path)}
    shrunk: Node
    if isinstance(parent, Mapping):
        shrunk = replace(parent, entries=tuple(entry for entry in parent.entries if entry.key.text != path[-1]))
    else:
        shrunk = replace(parent, items=tuple(item for step, item, _ in children_of(parent) if step != path[-1]))
        for at in range(len(parent.items)):
            if isinstance(path[-1], int) and at > path[-1]:
                notes = _moved(notes, (*path[:-1], at), (*path[:-1], at - 1))
    meant = _Meant(root=with_node_at(document.root, path[:-1], shrunk), notes=notes, around=path[:-1])
    return _settled(splicer, meant, splicer.removed(path))


def _splicer(document: Document) -> Splicer:
    if not document.is_clean:
        raise PlanInvalid(read_document(document.source.whole, file=document.source.file).diagnostics)
    return Splicer(document=document, attachment=attach(document))


def _node(document: Document, path: Path) -> Node:
    node = node_at(document.root, path)
    if node is not None:
        return node
    depth = next(length for length in range(len(path), -1, -1) if node_at(document.root, path[:length]) is not None)
    near = node_at(document.root, path[:depth])
    steps = [str(step) for step, _, _ in children_of(near)] if near is not None else []
    raise UnknownObject(
        f"the document has no {'.'.join(str(step) for step in path[: depth + 1])}",
        help=did_you_mean(str(path[depth]), steps, kind="keys"),
    )


def _parent(document: Document, path: Path) -> Mapping | Sequence:
    _node(document, path)
    parent = node_at(document.root, path[:-1])
    if not path or parent is None or isinstance(parent, Scalar):
        raise ValueError("the root of a document is neither removed nor renamed")
    return parent


def _index(before: str | int, steps: Iterable[str | int]) -> int:
    for index, step in enumerate(steps):
        if step == before:
            return index
    raise UnknownObject(f"the collection has no {before}", help="add at the end, or before something that is there")


def _is_one_line(value: Node) -> bool:
    return isinstance(value, Scalar) or value.is_flow


def _is_within(path: Path, outer: Path) -> bool:
    return path[: len(outer)] == outer


def _moved(notes: dict[Path, Notes], old: Path, new: Path) -> dict[Path, Notes]:
    return {(*new, *at[len(old) :]) if _is_within(at, old) else at: found for at, found in notes.items()}


def _settled(splicer: Splicer, meant: _Meant, narrow: str | None) -> Document:
    """Return the document that the narrowest right text gives."""
    source = splicer.document.source
    comments = _lines(meant.notes)
    for text in _attempts(splicer, meant, narrow):
        if text is None:
            continue
        mark = "\ufeff" if source.has_byte_order_mark else ""
        result = read_document(mark + text, file=source.file)
        if result.document is None or result.diagnostics or result.document.root != meant.root:
            continue
        if Counter(comment.text for comment in result.document.comments) == comments:
            return result.document
    raise ValueError("the value cannot be written so that it reads back")


def _attempts(splicer: Splicer, meant: _Meant, narrow: str | None) -> Iterator[str | None]:
    yield narrow
    for length in range(len(meant.around), 0, -1):
        yield splicer.again(meant.around[:length], root=meant.root, notes=meant.notes)
    whole = write_document(meant.root, comments=meant.notes)
    yield whole.replace("\n", splicer.document.source.line_break)


def _lines(notes: dict[Path, Notes]) -> Counter[str]:
    every = (line for found in notes.values() for line in (*found.above, found.beside or "", *found.below))
    return Counter(written(part) for line in every for part in line.split("\n") if part.strip())
