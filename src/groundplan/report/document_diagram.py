"""What a diagram of documents shows: collections with what lies inside their documents, and references between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never

from groundplan.logical.model import LogicalModel, Reference, Relation
from groundplan.mongo.commands.own import LAST
from groundplan.mongo.model import (
    KEY,
    AuditTrail,
    Collection,
    CopiedFields,
    CountedRows,
    Counters,
    Document,
    DocumentField,
    DocumentModel,
    EmbeddedDocuments,
    OwnCollection,
    SchemaVersion,
    ValueField,
)
from groundplan.mongo.queries.writes.trail import (
    CHANGED_AT,
    CHANGED_BY,
    NEW_VALUES,
    OLD_VALUES,
    OPERATION,
    ROW_KEY,
)
from groundplan.mongo.representation import bson_types
from groundplan.plan.types import AttributeType, ListOf, Uuid
from groundplan.report.diagram import Box, BoxRow, Diagram, Line


class Keeping(Enum):
    """How something is kept inside a document: there alone, or as a copy or a count of what is elsewhere."""

    WHOLE = "whole"
    COPY = "copy"
    COUNT = "count"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What lies inside a document: the rows of its box from `first` to `last`, of which the first names it."""

    first: int
    last: int
    depth: int
    keeping: Keeping
    is_many: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentDiagram:
    """Boxes and lines, and the frames in each box by its name, outer ones before those inside them."""

    diagram: Diagram
    frames: Mapping[str, tuple[Frame, ...]]


def nested_diagram(model: DocumentModel, logical: LogicalModel) -> DocumentDiagram:
    """Return one box for each collection, in which what is embedded is set in."""
    relations = {relation.name: relation for relation in logical.relations}
    boxes: list[Box] = []
    frames: dict[str, tuple[Frame, ...]] = {}
    for collection in model.collections:
        writer = _Rows(collection, relations)
        writer.add(collection.document, path="", depth=0)
        rows = writer.rows if any(row.name == KEY for row in writer.rows) else [_server_key(), *writer.rows]
        shift = len(rows) - len(writer.rows)
        frames[collection.name] = tuple(
            replace(found, first=found.first + shift, last=found.last + shift)
            for found in sorted(writer.frames, key=lambda found: (found.depth, found.first))
        )
        is_own = collection.document.relation not in relations
        boxes.append(Box(name=collection.name, rows=tuple(rows), is_own=is_own))
    places = _places(model)
    lines = tuple(line for place in places.values() for line in _lines(place, places, relations))
    boxes += map(_own_box, model.own)
    frames |= {own.name: () for own in model.own}
    trails = tuple(_trail(own, places[own.relation]) for own in model.own if isinstance(own, AuditTrail))
    return DocumentDiagram(diagram=Diagram(boxes=tuple(boxes), lines=(*lines, *trails)), frames=frames)


def flat_diagram(model: DocumentModel, logical: LogicalModel) -> Diagram:
    """Return one box for each document, at the top or inside another, for formats that cannot nest boxes."""
    nested = nested_diagram(model, logical)
    boxes: list[Box] = []
    lines: list[Line] = []
    moved: dict[tuple[str, str], tuple[str, str]] = {}
    for box in nested.diagram.boxes:
        for part, line in _taken_apart(box, nested.frames[box.name], moved):
            boxes.append(part)
            lines += [] if line is None else [line]
    lines += [_between_parts(line, moved) for line in nested.diagram.lines]
    return Diagram(boxes=tuple(boxes), lines=tuple(lines))


# Rows


def _server_key() -> BoxRow:
    return BoxRow(name=KEY, type="objectId", is_key=True, is_foreign=False, is_unique=False, is_nullable=False)


class _Rows:
    """The rows of one box, and the frames in it, written field by field."""

    def __init__(self, collection: Collection, relations: Mapping[str, Relation]) -> None:
        self.rows: list[BoxRow] = []
        self.frames: list[Frame] = []
        self._relations = relations
        self._unique = {index.keys[0].path for index in collection.indexes if index.is_unique and len(index.keys) == 1}

    def add(self, document: Document, *, path: str, depth: int, keeping: Keeping = Keeping.WHOLE) -> None:
        """Add the fields of a document, and of all that is inside it."""
        relation = self._relations.get(document.relation)
        for field in document.fields:
            self._field(field, relation, path=f"{path}{field.name}", depth=depth, keeping=keeping)

    def _field(
        self, field: DocumentField, relation: Relation | None, *, path: str, depth: int, keeping: Keeping
    ) -> None:
        match field:
            case ValueField():
                self._value(field, relation, path=path, depth=depth, is_copy=keeping is Keeping.COPY)
            case CopiedFields():
                note = f"copy of {field.relation}"
                self._row(field.name, note, path=path, depth=depth, is_nullable=field.is_optional, note=note)
                inner = Document(relation=field.relation, fields=field.fields)
                self._frame(inner, path, depth=depth, keeping=Keeping.COPY, is_many=False)
            case EmbeddedDocuments():
                keeping = Keeping.WHOLE if field.is_whole and keeping is Keeping.WHOLE else Keeping.COPY
                words = _embedded_words(field)
                self._row(field.name, words, path=path, depth=depth, is_nullable=not field.is_many, note=words)
                self._frame(field.document, path, depth=depth, keeping=keeping, is_many=field.is_many)
            case CountedRows():
                note = f"count of {field.relation}"
                at = len(self.rows)
                self._row(field.name, note, path=path, depth=depth, is_nullable=False, note=note)
                self.frames.append(Frame(first=at, last=at, depth=depth + 1, keeping=Keeping.COUNT, is_many=False))
            case SchemaVersion():
                self._row(field.name, f"int = {field.version}", path=path, depth=depth, is_nullable=False)
            case _:
                assert_never(field)

    def _value(self, field: ValueField, relation: Relation | None, *, path: str, depth: int, is_copy: bool) -> None:
        references = () if relation is None or is_copy else relation.references
        self.rows.append(
            BoxRow(
                name=path,
                type=type_words(field.type),
                is_key=field.name == KEY
                or (not is_copy and relation is not None and relation.primary_key == (field.attribute,)),
                is_foreign=any(field.attribute in reference.attributes for reference in references),
                is_unique=path in self._unique,
                is_nullable=field.is_optional,
                label=field.name,
                depth=depth,
            )
        )

    def _row(
        self, label: str, words: str, *, path: str, depth: int, is_nullable: bool, note: str | None = None
    ) -> None:
        self.rows.append(
            BoxRow(
                name=path,
                type=words,
                is_key=False,
                is_foreign=False,
                is_unique=False,
                is_nullable=is_nullable,
                label=label,
                depth=depth,
                note=note,
            )
        )

    def _frame(self, document: Document, path: str, *, depth: int, keeping: Keeping, is_many: bool) -> None:
        first = len(self.rows) - 1
        self.add(document, path=f"{path}.", depth=depth + 1, keeping=keeping)
        frame = Frame(first=first, last=len(self.rows) - 1, depth=depth + 1, keeping=keeping, is_many=is_many)
        self.frames.append(frame)


def _embedded_words(field: EmbeddedDocuments) -> str:
    if not field.is_whole:
        return f"{'any' if field.limit is None else field.limit} copies of {field.relation}"
    if not field.is_many:
        return "object"
    return "array" if field.maximum is None else f"array, at most {field.maximum:,}"


def type_words(type: AttributeType) -> str:  # noqa: A002 - the word of the plan
    """Return what a value is in BSON, in a word or two."""
    match type:
        case Uuid():
            return "uuid"
        case ListOf():
            return f"[{type_words(type.of)}]"
        case _:
            kinds = bson_types(type)
            return kinds[0] if kinds else "json"


# Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a relation lies whole: the collection, the path to its documents there, and the document."""

    collection: str
    path: str
    document: Document
    within: str | None

    def row(self, attribute: str) -> str | None:
        """Return the row of an attribute; None where the document leaves it out."""
        for field in self.document.fields:
            if isinstance(field, ValueField) and field.attribute == attribute:
                return f"{self.path}{field.name}"
        return None


def _places(model: DocumentModel) -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    for collection in model.collections:
        for place in _inside(collection.document, collection.name, path="", within=None):
            found[place.document.relation] = place
    return found


def _inside(document: Document, collection: str, *, path: str, within: str | None) -> Iterator[_Place]:
    yield _Place(collection=collection, path=path, document=document, within=within)
    for field in document.embedded:
        if field.is_whole:
            yield from _inside(field.document, collection, path=f"{path}{field.name}.", within=field.reference)


def _lines(place: _Place, places: Mapping[str, _Place], relations: Mapping[str, Relation]) -> Iterator[Line]:
    relation = relations.get(place.document.relation)
    for reference in () if relation is None else relation.references:
        if reference.name != place.within and reference.target in places:
            line = _line(place, reference, places[reference.target])
            if line is not None:
                yield line


def _line(place: _Place, reference: Reference, target: _Place) -> Line | None:
    pairs = zip(reference.attributes, reference.target_attributes, strict=True)
    rows = [(place.row(source), target.row(aim)) for source, aim in pairs]
    held = [(source, aim) for source, aim in rows if source is not None]
    if not held:
        return None
    aims = tuple(aim for _, aim in held if aim is not None)
    return Line(
        name=reference.name,
        source=place.collection,
        columns=tuple(source for source, _ in held),
        target=target.collection,
        target_columns=aims or (target.path.removesuffix("."),) if target.path else aims or (KEY,),
        is_unique=reference.is_unique,
        is_optional=reference.is_optional,
        is_enforced=False,
    )


# Collections of the design's own


def _own_box(own: OwnCollection) -> Box:
    """Return the box of a collection that holds no relation's rows."""
    fields: tuple[tuple[str, str, bool], ...]
    match own:
        case AuditTrail():
            fields = (
                (KEY, "objectId", False),
                (CHANGED_AT, "date", False),
                (CHANGED_BY, "string", True),
                (OPERATION, "string", False),
                (ROW_KEY, "object", False),
                (OLD_VALUES, "object", True),
                (NEW_VALUES, "object", True),
            )
        case Counters():
            fields = ((KEY, "string", False), (LAST, "long", False))
        case _:
            assert_never(own)
    rows = (
        BoxRow(name=name, type=kind, is_key=name == KEY, is_foreign=False, is_unique=False, is_nullable=is_nullable)
        for name, kind, is_nullable in fields
    )
    return Box(name=own.name, rows=tuple(rows), is_own=True)


def _trail(own: AuditTrail, place: _Place) -> Line:
    """Return the line from a trail to the documents that hold the rows it tells of."""
    return Line(
        name=own.name,
        source=own.name,
        columns=(),
        target=place.collection,
        target_columns=(),
        is_unique=False,
        is_optional=False,
        is_enforced=False,
    )


# One box for each document


def _taken_apart(
    box: Box, frames: tuple[Frame, ...], moved: dict[tuple[str, str], tuple[str, str]]
) -> Iterator[tuple[Box, Line | None]]:
    """Yield the box without what is framed in it, then a box for each frame with the line that says it is inside."""
    framed = [found for found in frames if found.last > found.first]
    heads = {found.first: found for found in frames}
    owner = [0] * len(box.rows)
    for number, found in enumerate(framed, start=1):
        for at in range(found.first + 1, found.last + 1):
            owner[at] = number
    names = [box.name, *(f"{box.name}.{box.rows[found.first].name}" for found in framed)]
    for number, name in enumerate(names):
        own = [at for at, whose in enumerate(owner) if whose == number]
        moved.update({(box.name, box.rows[at].name): (name, box.rows[at].shown) for at in own})
        part = Box(name=name, rows=tuple(_alone(box.rows[at], heads.get(at)) for at in own), is_own=box.is_own)
        if number == 0:
            yield part, None
        else:
            frame = framed[number - 1]
            yield part, _inside_line(box, frame, outer=names[owner[frame.first]], inner=name)


def _alone(row: BoxRow, frame: Frame | None) -> BoxRow:
    """Return a row of a box of its own, named by its own word; `frame` is what it heads."""
    if frame is None:
        kind = row.type.partition(" ")[0]
    elif frame.keeping is Keeping.COUNT:
        kind = "int"
    else:
        kind = "array" if frame.is_many else "object"
    note = None if row.note == kind else row.note
    return replace(row, name=row.shown, type=kind, label=None, depth=0, note=note)


def _inside_line(box: Box, frame: Frame, *, outer: str, inner: str) -> Line:
    head = box.rows[frame.first]
    return Line(
        name=head.name,
        source=inner,
        columns=(),
        target=outer,
        target_columns=(head.shown,),
        is_unique=not frame.is_many,
        is_optional=False,
        is_enforced=frame.keeping is Keeping.WHOLE,
        label=f"{head.shown}: {'inside' if frame.keeping is Keeping.WHOLE else 'a copy, inside'}",
    )


def _between_parts(line: Line, moved: Mapping[tuple[str, str], tuple[str, str]]) -> Line:
    if not line.columns:
        return line
    source = moved[line.source, line.columns[-1]][0]
    target = moved[line.target, line.target_columns[-1]][0]
    return replace(
        line,
        source=source,
        columns=tuple(moved[line.source, column][1] for column in line.columns),
        target=target,
        target_columns=tuple(moved[line.target, column][1] for column in line.target_columns),
    )
