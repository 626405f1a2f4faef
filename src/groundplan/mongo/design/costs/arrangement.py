"""A layout with sizes: where each relation lives, how large its documents are, and how many rows one holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from groundplan.logical.facts import Facts
from groundplan.logical.model import FanoutEstimate, Reference, Relation
from groundplan.mongo.design.costs.crowding import busy_rows
from groundplan.mongo.design.costs.sizes import COUNT_FIELD, DOCUMENT_FRAME, ELEMENT_NAME, field_bytes, row_bytes
from groundplan.mongo.design.layout import Layout, Side

Extent = Literal["mean", "busy", "p99", "max"]
"""Of which target: an average one, the one of an average row, one that has more than 99 of 100, the one with most."""


Content = tuple["str | int | Content", ...]
"""What a document holds, relations in relations."""


class Book:
    """What stays the same under every layout, looked up once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.references = {
            (relation.name, reference.name): reference
            for relation in facts.logical.relations
            for reference in relation.references
        }
        self._numbers: dict[Content, int] = {}
        self._row_bytes: dict[tuple[str, tuple[str, ...], bool], float] = {}
        self._copy_bytes: dict[tuple[str, tuple[str, ...], bool], float] = {}

    def relation(self, name: str) -> Relation:
        """Return the relation of that name."""
        return self.facts.relations[name]

    def number(self, content: Content) -> int:
        """Return a number for what a document holds, the same whenever it is asked for."""
        return self._numbers.setdefault(content, len(self._numbers))

    def row_bytes(self, relation: str, *, without: tuple[str, ...], is_large: bool) -> float:
        """Return what a row takes alone; see `sizes.row_bytes`."""
        key = (relation, without, is_large)
        found = self._row_bytes.get(key)
        if found is None:
            found = row_bytes(self.relation(relation), without=without, is_large=is_large)
            self._row_bytes[key] = found
        return found

    def copy_bytes(self, relation: str, attributes: tuple[str, ...], *, is_large: bool) -> float:
        """Return what copies of some attributes take."""
        key = (relation, attributes, is_large)
        found = self._copy_bytes.get(key)
        if found is None:
            of = self.relation(relation)
            fields = (field_bytes(of.attribute(name), is_large=is_large) for name in attributes)
            found = DOCUMENT_FRAME + 10 + sum(fields)
            self._copy_bytes[key] = found
        return found


class Arrangement:
    """One layout, with what follows from it; everything is worked out when it is first asked for."""

    def __init__(self, layout: Layout, book: Book) -> None:
        self.layout = layout
        self.book = book
        self._inside: dict[str, list[tuple[str, Reference]]] = {}
        for holder, name in layout.embedded.items():
            reference = book.references[holder, name]
            self._inside.setdefault(reference.target, []).append((holder, reference))
        self._kept: dict[str, list[tuple[str, Reference, int]]] = {}
        for (holder, name), subset in layout.subsets.items():
            reference = book.references[holder, name]
            self._kept.setdefault(reference.target, []).append((holder, reference, subset.limit))
        self._counted: dict[str, list[Side]] = {}
        for holder, name in sorted(layout.counts):
            self._counted.setdefault(book.references[holder, name].target, []).append((holder, name))
        self._copied: dict[str, list[tuple[Reference, tuple[str, ...]]]] = {}
        for (holder, name), attributes in layout.copies.items():
            self._copied.setdefault(holder, []).append((book.references[holder, name], attributes))
        self._bytes: dict[tuple[str, Extent], float] = {}
        self._signatures: dict[str, int] = {}

    def signature(self, relation: str) -> int:
        """Return a number that two layouts share where they treat a relation, and all in its documents, alike."""
        found = self._signatures.get(relation)
        if found is None:
            root = self.root(relation)
            found = self.book.number(self._content(root)) if root == relation else self.signature(root)
            self._signatures[relation] = found
        return found

    def _content(self, relation: str) -> Content:
        return (
            relation,
            *((reference.name, *attributes) for reference, attributes in self._copied.get(relation, ())),
            *(("count", *side) for side in self._counted.get(relation, ())),
            *((holder, reference.name, limit) for holder, reference, limit in self._kept.get(relation, ())),
            *((reference.name, self._content(holder)) for holder, reference in self._inside.get(relation, ())),
        )

    def around(self, relation: str) -> Reference | None:
        """Return the reference to the row whose document holds a relation's rows; None for a collection of its own."""
        name = self.layout.embedded.get(relation)
        return None if name is None else self.book.references[relation, name]

    def chain(self, relation: str) -> tuple[tuple[str, Reference], ...]:
        """Return the relations from one up to the top of its documents, each with the reference to the next."""
        found: list[tuple[str, Reference]] = []
        reference = self.around(relation)
        while reference is not None:
            found.append((relation, reference))
            relation = reference.target
            reference = self.around(relation)
        return tuple(found)

    def root(self, relation: str) -> str:
        """Return the relation that the collection of a relation's rows is named after."""
        while (name := self.layout.embedded.get(relation)) is not None:
            relation = self.book.references[relation, name].target
        return relation

    def is_array(self, relation: str) -> bool:
        """Tell whether one document can hold several of a relation's rows."""
        return any(not reference.is_unique for _, reference in self.chain(relation))

    def rows_in_document(self, relation: str) -> float:
        """Return how many rows of a relation one document holds on average, at least one where it is asked for."""
        found = 1.0
        for _, reference in self.chain(relation):
            found *= max(1.0, reference.fanout.mean) if not reference.is_unique else 1.0
        return found

    def inside(self, relation: str) -> list[tuple[str, Reference]]:
        """Return the relations whose rows lie inside a relation's documents, one level down."""
        return self._inside.get(relation, [])

    def document_bytes(self, relation: str, extent: Extent = "mean") -> float:
        """Return what a row takes with all that its document holds."""
        found = self._bytes.get((relation, extent))
        if found is None:
            found = self._bytes[relation, extent] = self._document_bytes(relation, extent)
        return found

    def _document_bytes(self, relation: str, extent: Extent) -> float:
        is_large = extent in ("p99", "max")
        reference = self.around(relation)
        without = () if reference is None else reference.attributes
        size = self.book.row_bytes(relation, without=without, is_large=is_large)
        for copied, attributes in self._copied.get(relation, ()):
            size += self.book.copy_bytes(copied.target, attributes, is_large=is_large)
        size += len(self._counted.get(relation, ())) * COUNT_FIELD
        rows = _ROWS[extent]
        for holder, inner in self._inside.get(relation, ()):
            size += rows(inner.fanout) * (ELEMENT_NAME + self.document_bytes(holder, _INNER[extent]))
        for holder, inner, limit in self._kept.get(relation, ()):
            row = self.book.row_bytes(holder, without=inner.attributes, is_large=is_large)
            size += min(limit, rows(inner.fanout)) * (ELEMENT_NAME + row)
        return size

    def root_bytes(self, relation: str) -> float:
        """Return what the whole document takes that a relation's rows lie in."""
        return self.document_bytes(self.root(relation))


_ROWS: dict[Extent, Callable[[FanoutEstimate], float]] = {
    "mean": lambda fanout: fanout.mean,
    "busy": busy_rows,
    "p99": lambda fanout: fanout.p99,
    "max": lambda fanout: fanout.max,
}
_INNER: dict[Extent, Extent] = {"mean": "mean", "busy": "mean", "p99": "mean", "max": "p99"}
"""How large the documents inside are taken: not all that can be large are so at once."""
