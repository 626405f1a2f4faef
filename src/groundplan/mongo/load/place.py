"""One row put where its relation lives: a document of its own, or one inside the document around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundplan.logical.model import LogicalModel, Relation
from groundplan.mongo.load.assemble import Assembler
from groundplan.mongo.places import Places
from groundplan.mongo.queries.binding import plain
from groundplan.mongo.queries.writes.address import address, equal_to

if TYPE_CHECKING:
    from pymongo.client_session import ClientSession
    from pymongo.database import Database

FindRow = Callable[[str, tuple[str, ...], tuple[object, ...]], Mapping[str, object] | None]
"""Returns the row of a relation whose attributes have these values; None where there is none."""


@dataclass(frozen=True, slots=True)
class _FewRows:
    relation: str
    columns: tuple[str, ...]
    values: Sequence[Sequence[object]]


class Placer:
    """Puts rows into a loaded database. What other documents count or copy of a row is not followed up."""

    def __init__(self, places: Places, logical: LogicalModel, *, find: FindRow) -> None:
        self._places = places
        self._logical = logical
        self._find = find

    def document(self, relation: Relation, row: Mapping[str, object]) -> dict[str, Any]:
        """Return a row's own document, with copies of the rows that it points at and nothing else inside."""
        from bson import decode
        from bson.binary import UuidRepresentation
        from bson.codec_options import CodecOptions

        options: CodecOptions[dict[str, Any]] = CodecOptions(
            tz_aware=True, uuid_representation=UuidRepresentation.STANDARD
        )
        assembler = Assembler(self._logical, self._rows(relation, row))
        (encoded,) = assembler.assembled(self._places.place(relation.name).document)
        return decode(encoded, codec_options=options)

    def put(
        self,
        database: Database[dict[str, Any]],
        relation: Relation,
        row: Mapping[str, object],
        *,
        session: ClientSession | None = None,
    ) -> bool:
        """Insert a row; False where the document that it would be in is not there."""
        document = self.document(relation, row)
        around = self._places.embedded(relation.name)
        if around is None:
            database[self._places.place(relation.name).collection].insert_one(document, session=session)
            return True
        reference = self._places.reference(relation.name, around.reference)
        equal = {
            there: plain(row[here])
            for here, there in zip(reference.attributes, reference.target_attributes, strict=True)
        }
        # These are the driver's values already, where a compiled command has what stands for them.
        where = equal_to(self._places, reference.target, equal)  # type: ignore[arg-type]
        found = address(self._places.place(reference.target), where)
        operator = "$push" if around.is_many else "$set"
        done = database[found.collection].update_one(
            dict(found.filter),
            {operator: {found.path(around.name): document}},
            array_filters=[dict(each) for each in found.array_filters] or None,
            session=session,
        )
        return done.matched_count == 1

    def _rows(self, relation: Relation, row: Mapping[str, object]) -> Iterable[_FewRows]:
        """Yield the row, those it points at, and no rows of any other relation."""
        rows: dict[str, list[Mapping[str, object]]] = {each.name: [] for each in self._logical.relations}
        for reference in relation.references:
            key = tuple(row[name] for name in reference.attributes)
            if None not in key and reference.target != relation.name:
                found = self._find(reference.target, reference.target_attributes, key)
                rows[reference.target] += [] if found is None else [found]
        rows[relation.name] = [row]
        for each in self._logical.relations:
            columns = tuple(attribute.name for attribute in each.attributes)
            values = [[found[name] for found in rows[each.name]] for name in columns]
            yield _FewRows(each.name, columns, values)
