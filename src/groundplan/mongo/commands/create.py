"""The database commands that create a design, in an order that works, and those that take it away again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from groundplan.logical.model import LogicalModel
from groundplan.mongo.commands.own import own_indexes, own_validator
from groundplan.mongo.model import Collection, DocumentModel, Index, KeyKind, LiveView, OwnCollection, TimeSeries
from groundplan.mongo.queries.binding import plain
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.validator import validator

Document = dict[str, Bson]

LANGUAGE_OVERRIDE = "search_language"
"""The field by which a document chooses the language of its own text; left at `language`, any field of that name would,
and an insert with a word that is no language fails."""


def create_commands(model: DocumentModel, logical: LogicalModel) -> tuple[dict[str, object], ...]:
    """Return the commands that create a design in an empty database, as pymongo's `database.command` takes them."""
    return tuple({name: plain(value) for name, value in command.items()} for command in creation(model, logical))


def drop_commands(model: DocumentModel) -> tuple[dict[str, object], ...]:
    """Return the commands that drop what `create_commands` creates, with all documents in it: views first."""
    return tuple({"drop": name} for name in removal(model))


def removal(model: DocumentModel) -> tuple[str, ...]:
    """Return what to drop, in order: views, then collections, the reverse of their creation."""
    views = (view.name for view in reversed(model.views))
    own = (collection.name for collection in reversed(model.own))
    return (*views, *own, *(collection.name for collection in reversed(model.collections)))


def creation(model: DocumentModel, logical: LogicalModel) -> tuple[Document, ...]:
    """Return the commands that create a design, free of any driver: collections with their indexes, then views."""
    commands: list[Document] = []
    for collection in model.collections:
        commands.append(create_collection(collection, logical))
        indexes = tuple(index_document(index) for index in created_indexes(collection))
        if indexes:
            commands.append({"createIndexes": collection.name, "indexes": indexes})
    for own in model.own:
        commands.append({"create": own.name, **own_options(own)})
        if own_indexes(own):
            commands.append({"createIndexes": own.name, "indexes": own_indexes(own)})
    return (*commands, *(create_view(view) for view in model.views))


def create_collection(collection: Collection, logical: LogicalModel) -> Document:
    """Return the command that creates a collection."""
    return {"create": collection.name, **collection_options(collection, logical)}


def collection_options(collection: Collection, logical: LogicalModel) -> Document:
    """Return what a collection is created with: validator, level and action, or what a time series is."""
    if collection.time_series is not None:
        return _time_series(collection, collection.time_series)
    return {"validator": validator(collection, logical), **validation(collection)}


def own_options(own: OwnCollection) -> Document:
    """Return what a collection of the design's own is created with."""
    return {"validator": own_validator(own), "validationLevel": "strict", "validationAction": "error"}


def validation(collection: Collection) -> Document:
    """Return which writes a validator looks at, and what it does with those that break a rule."""
    return {"validationLevel": collection.level.value, "validationAction": collection.action.value}


def _time_series(collection: Collection, series: TimeSeries) -> Document:
    options: Document = {"timeField": series.time_field}
    if series.meta_field is not None:
        options["metaField"] = series.meta_field
    options["granularity"] = series.granularity
    expiry = next((index for index in collection.indexes if _is_expiry_of(index, series)), None)
    seconds: Document = {} if expiry is None else {"expireAfterSeconds": expiry.expire_after_seconds}
    return {"timeseries": options, **seconds}


def _is_expiry_of(index: Index, series: TimeSeries) -> bool:
    """Tell whether an index only says when measurements expire: of a time series its collection says that itself."""
    return index.expire_after_seconds is not None and [key.path for key in index.keys] == [series.time_field]


def created_indexes(collection: Collection) -> tuple[Index, ...]:
    """Return the indexes that `createIndexes` creates on a collection."""
    series = collection.time_series
    return tuple(index for index in collection.indexes if series is None or not _is_expiry_of(index, series))


def index_key(index: Index) -> Document:
    """Return the keys of an index as the server takes them."""
    return {key.path: key.kind.value for key in index.keys}


def index_options(index: Index) -> Document:
    """Return the options of an index; only those that differ from the server's own."""
    options: Document = {"name": index.name}
    if index.is_unique:
        options["unique"] = True
    if index.where is not None:
        options["partialFilterExpression"] = _as_bson(index.where)
    if index.expire_after_seconds is not None:
        options["expireAfterSeconds"] = index.expire_after_seconds
    if index.weights:
        options["weights"] = dict(index.weights)
    if index.language is not None:
        options["default_language"] = index.language
    if any(key.kind is KeyKind.TEXT for key in index.keys):
        options["language_override"] = LANGUAGE_OVERRIDE
    return options


def _as_bson(value: object) -> Bson:
    """Return a filter of the model as BSON; raises TypeError for what is none."""
    match value:
        case Mapping():
            return {str(name): _as_bson(inner) for name, inner in value.items()}
        case tuple() | list():
            return tuple(_as_bson(inner) for inner in value)
        case None | bool() | int() | float() | str() | bytes() | Decimal() | UUID() | datetime() | date():
            return value
        case _:
            raise TypeError(f"no value of BSON: {value!r}")


def index_document(index: Index) -> Document:
    """Return an index as `createIndexes` takes it."""
    return {"key": index_key(index), **index_options(index)}


def create_view(view: LiveView) -> Document:
    """Return the command that creates a view of what is not deleted."""
    return {"create": view.name, "viewOn": view.collection, "pipeline": view_pipeline(view)}


def view_pipeline(view: LiveView) -> tuple[Document, ...]:
    """Return the stages of a view: documents without the mark of deletion, which says nothing there."""
    return ({"$match": {view.marker: None}}, {"$unset": view.marker})
