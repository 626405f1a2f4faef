"""What a reader of the MongoDB part sees: collections, what they hold, and what became of each reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from groundplan.mongo.model import Collection, CopiedFields, CountedRows, Document, EmbeddedDocuments
from groundplan.report.blocks import Code, Grid, Link, Words, codes, joined, trimmed
from groundplan.report.model import DesignResult
from groundplan.report.overview import growth, in_a_year, rows_now
from groundplan.report.subjects import MONGO_STAGE

WATCHED = (
    "MongoDB has no foreign keys: there the generated writes look for what they refer to and carry out what a deletion "
    "means, in one transaction; whoever writes past them can break a reference."
)
"""What a reader of a design with documents has to know of references."""


def collections(result: DesignResult, *, link: Callable[[str], str]) -> Grid | None:
    """Return every collection with what its documents hold besides their own row; None without any.

    `link` tells what a name leads to. How collections grow is said where no table says it already.
    """
    relations = {relation.name: relation for relation in result.logical.relations}
    is_alone = result.postgres is None
    rows = tuple(
        (
            (Link(each.name, link(each.name)),),
            (each.about or "",) if is_alone else (),
            joined(list(_extras(each.document)), separator="; "),
            (rows_now(relation.rows),),
            (in_a_year(relation.rows) if is_alone and relation.rows.growth else "",),
            (growth(relation.rows.growth) if is_alone else "",),
        )
        for each in result.documents.collections
        if (relation := relations.get(each.document.relation)) is not None
    )
    header = ("collection", "about", "holds besides its own row", "documents now", "in a year", "growth")
    return trimmed(Grid(header=header, rows=rows, numeric=(3, 4))) if rows else None


def collection_title(name: str) -> str:
    """Return what a collection is headed by: the name that `groundplan why` knows it by, apart from the table's."""
    return f"{MONGO_STAGE}{name}"


def _extras(document: Document, *, inside: str = "") -> Iterator[Words]:
    for field in document.fields:
        name = f"{inside}{field.name}"
        match field:
            case EmbeddedDocuments(is_whole=True):
                yield (Code(name), f" ({_all_of(field)})")
                yield from _extras(field.document, inside=f"{name}.")
            case EmbeddedDocuments():
                yield (Code(name), f" (a copy of {_some_of(field)})")
            case CopiedFields():
                yield (Code(name), " (a copy of ", *codes(tuple(copy.name for copy in field.fields)), ")")
            case CountedRows():
                yield (Code(name), f" (how many {field.relation})")
            case _:
                pass


def _all_of(field: EmbeddedDocuments) -> str:
    if not field.is_many:
        return f"the one of {field.relation}"
    return f"all its {field.relation}" + ("" if field.maximum is None else f", at most {field.maximum:,}")


def _some_of(field: EmbeddedDocuments) -> str:
    order = "" if field.order is None else f" by {field.order}"
    return f"{field.relation}, the first {field.limit:,}{order}" if field.limit else f"some {field.relation}"


def kept_references(result: DesignResult) -> dict[tuple[str, str], Words]:
    """Return how references are kept in documents that are nested or have copies beside them, by relation and name."""
    found: dict[tuple[str, str], Words] = {}
    for collection in result.documents.collections:
        for path, document in _documents(collection):
            for field in document.fields:
                if isinstance(field, EmbeddedDocuments) and field.is_whole:
                    place = ".".join(each for each in (collection.name, path, field.name) if each)
                    found[field.relation, field.reference] = ("by nesting: ", Code(place))
                elif isinstance(field, CopiedFields):
                    names = codes(tuple(copy.name for copy in field.fields))
                    found[document.relation, field.reference] = ("stored, with a copy of ", *names)
    return found


def _documents(collection: Collection) -> Iterator[tuple[str, Document]]:
    """Yield every document that rows live in whole, with the dotted path to it."""

    def inside(path: str, document: Document) -> Iterator[tuple[str, Document]]:
        yield path, document
        for field in document.embedded:
            if field.is_whole:
                yield from inside(".".join(each for each in (path, field.name) if each), field.document)

    yield from inside("", collection.document)
