"""Documents from the rows of relations: what is inside a document, copied into it and counted for it, from one source.

An embedded array has its elements in the order of the relation's rows, which is how appending leaves them. A subset
has its rows in the subset's own order. Neither a subset nor a count knows rows that are marked as deleted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, assert_never

from groundplan.logical.model import LogicalModel, Reference, Relation, Role
from groundplan.mongo.load.fragments import (
    Fragments,
    array_fragment,
    document_bytes,
    document_fragment,
    number_fragment,
    value_fragments,
)
from groundplan.mongo.model import (
    Collection,
    CopiedFields,
    CountedRows,
    Document,
    DocumentField,
    EmbeddedDocuments,
    SchemaVersion,
    ValueField,
)
from groundplan.plan.types import Timestamp


class Rows(Protocol):
    """The rows of one relation: `columns` are logical attribute names, `values` has one sequence for each of them."""

    @property
    def relation(self) -> str:
        """The relation's name."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of attributes."""

    @property
    def values(self) -> Sequence[Sequence[object]]:
        """The values of each of them."""


_Targets = Sequence[int | None]
"""For each row of a relation the position of the row that a reference points at; None for none."""


class Assembler:
    """Makes documents of one set of rows; each reference is followed once."""

    def __init__(self, logical: LogicalModel, rows: Iterable[Rows]) -> None:
        self._relations: Mapping[str, Relation] = {relation.name: relation for relation in logical.relations}
        self._rows: Mapping[str, Rows] = {each.relation: each for each in rows}
        self._positions: dict[tuple[str, tuple[str, ...]], dict[tuple[object, ...], int]] = {}
        self._joins: dict[tuple[str, str], _Targets] = {}

    def documents(self, collection: Collection) -> Iterator[bytes]:
        """Yield the documents of a collection in BSON, one for each row of its relation, in the order of the rows.

        A document whose relation has no key of one attribute gets no `_id`: the server gives it one.
        """
        return self.assembled(collection.document)

    def assembled(self, document: Document) -> Iterator[bytes]:
        """Yield the documents of a shape in BSON, wherever it stands, one for each row of its relation."""
        columns = [self._fragments(field, within=document.relation) for field in document.fields]
        return map(document_bytes, zip(*columns, strict=True))

    def _fragments(self, field: DocumentField, *, within: str) -> Fragments:
        """Return a field of a document for each row of the relation that the document is of."""
        match field:
            case ValueField():
                return value_fragments(field.name, self._column(within, field.attribute), field.type)
            case CopiedFields():
                return self._copies(field, within=within)
            case EmbeddedDocuments():
                return self._embedded(field, within=within)
            case CountedRows():
                make = number_fragment(field.name)
                counts = Counter(self._live_targets(field.relation, field.reference))
                return [make(counts[position]) for position in range(self._count(within))]
            case SchemaVersion():
                return [number_fragment(field.name)(field.version)] * self._count(within)
            case _:
                assert_never(field)

    def _count(self, relation: str) -> int:
        return len(self._rows[relation].values[0])

    def _column(self, relation: str, attribute: str) -> Sequence[object]:
        rows = self._rows[relation]
        return rows.values[rows.columns.index(attribute)]

    def _copies(self, field: CopiedFields, *, within: str) -> Fragments:
        columns = [
            value_fragments(copied.name, self._column(field.relation, copied.attribute), copied.type)
            for copied in field.fields
        ]
        make = document_fragment(field.name)
        copies = [make(document_bytes(values)) for values in zip(*columns, strict=True)]
        return [b"" if target is None else copies[target] for target in self._join(within, field.reference)]

    def _embedded(self, field: EmbeddedDocuments, *, within: str) -> Fragments:
        inner = list(self.assembled(field.document))
        targets = self._join(field.relation, field.reference)
        if not field.is_many:
            make_one = document_fragment(field.name)
            single = [b""] * self._count(within)
            for position, target in enumerate(targets):
                if target is not None:
                    single[target] = make_one(inner[position])
            return single
        arrays: list[list[bytes]] = [[] for _ in range(self._count(within))]
        for position in self._in_order(field):
            target = targets[position]
            if target is not None and (field.limit is None or len(arrays[target]) < field.limit):
                arrays[target].append(inner[position])
        return list(map(array_fragment(field.name), arrays))

    def _in_order(self, field: EmbeddedDocuments) -> Iterable[int]:
        """Return the rows that may be in an array, in its order: newest first by a time, else the least first."""
        if field.is_whole:
            return range(self._count(field.relation))
        live = self._live(field.relation)
        if field.order is None:
            return live
        order = self._column(field.relation, field.order)
        is_time = isinstance(self._relations[field.relation].attribute(field.order).type, Timestamp)
        there = [position for position in live if order[position] is not None]
        key = self._relations[field.relation].primary_key
        # Rows alike in the order go by a key of one attribute, as those do that are added later.
        last = self._column(field.relation, key[0]) if len(key) == 1 else order
        return sorted(there, key=lambda position: (order[position], last[position]), reverse=is_time)

    def _live(self, relation: str) -> Iterable[int]:
        marker = next(
            (each.name for each in self._relations[relation].attributes if each.role is Role.DELETED_AT),
            None,
        )
        if marker is None:
            return range(self._count(relation))
        return [position for position, mark in enumerate(self._column(relation, marker)) if mark is None]

    def _live_targets(self, relation: str, reference: str) -> Iterator[int]:
        targets = self._join(relation, reference)
        for position in self._live(relation):
            target = targets[position]
            if target is not None:
                yield target

    def _join(self, relation: str, name: str) -> _Targets:
        """Return where a reference leads from each row of its relation."""
        key = (relation, name)
        if key not in self._joins:
            reference = next(each for each in self._relations[relation].references if each.name == name)
            positions = self._keys(reference)
            held = zip(*(self._column(relation, attribute) for attribute in reference.attributes), strict=True)
            self._joins[key] = [positions.get(values) for values in held]
        return self._joins[key]

    def _keys(self, reference: Reference) -> Mapping[tuple[object, ...], int]:
        key = (reference.target, reference.target_attributes)
        if key not in self._positions:
            columns = [self._column(reference.target, attribute) for attribute in reference.target_attributes]
            self._positions[key] = {values: position for position, values in enumerate(zip(*columns, strict=True))}
        return self._positions[key]
