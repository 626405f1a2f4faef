"""Which indexes are there for whom: what answers an access pattern on each engine, and what an index serves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundplan.base.decisions import Decision
from groundplan.mongo.model import Document, KeyKind
from groundplan.mongo.model import Index as MongoIndex
from groundplan.postgres.design.text import index_in_words
from groundplan.prove.evidence import MONGO, POSTGRES
from groundplan.report.model import DesignResult
from groundplan.report.subjects import MONGO_STAGE

NONE = "none"
"""What a decision chooses where no index is to answer a pattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingIndex:
    """An index of a table or collection, its keys in words, and the patterns, references and rules it is there for."""

    engine: str
    name: str
    on: str
    keys: str
    serves: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The indexes and keys that answer a pattern on one engine; none where rows are only written, or all are read."""

    engine: str
    indexes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPattern:
    """An access pattern with what answers it, engine by engine."""

    name: str
    answers: tuple[Answer, ...]

    def by(self, engine: str) -> tuple[str, ...]:
        """Return the indexes that answer it on an engine."""
        return next((answer.indexes for answer in self.answers if answer.engine == engine), ())


def serving_indexes(result: DesignResult) -> tuple[ServingIndex, ...]:
    """Return every index that no key brings along, engine by engine."""
    return (*_of_postgres(result), *_of_mongo(result))


def _of_postgres(result: DesignResult) -> Iterator[ServingIndex]:
    schema = result.schema
    owners = (
        *((each.name, each.indexes) for each in schema.tables),
        *((each.name, each.indexes) for each in schema.materialized_views),
    )
    for name, indexes in owners:
        for index in indexes:
            yield ServingIndex(
                engine=POSTGRES, name=index.name, on=name, keys=index_in_words(index), serves=index.serves
            )


def _of_mongo(result: DesignResult) -> Iterator[ServingIndex]:
    for collection in result.documents.collections:
        for index in collection.indexes:
            yield ServingIndex(
                engine=MONGO,
                name=index.name,
                on=collection.name,
                keys=document_index_in_words(index),
                serves=index.serves,
            )


def document_index_in_words(index: MongoIndex) -> str:
    """Return what an index of a collection is: `unique {email: 1}, partial`."""
    kinds = {KeyKind.ASCENDING: "1", KeyKind.DESCENDING: "-1"}
    keys = ", ".join(f"{key.path}: {kinds.get(key.kind, key.kind.value)}" for key in index.keys)
    unique = "unique " if index.is_unique else ""
    marks = ["partial"] if index.where is not None else []
    if index.expire_after_seconds is not None:
        marks.append("documents expire by it")
    return ", ".join((f"{unique}{{{keys}}}", *marks))


def is_behind(decision: Decision, index: ServingIndex) -> bool:
    """Tell whether a decision is one that an index is there by: it names the index, or asks for what it serves."""
    if decision.object.startswith(MONGO_STAGE) is not (index.engine == MONGO):
        return False
    if decision.topic == "unique":
        return decision.object.rpartition(".")[2] == index.name
    if decision.topic != "index" or decision.choice == NONE:
        return False
    name, is_named, _ = decision.choice.partition(": ")
    return name == index.name if is_named else _about(decision) in index.serves


def _about(decision: Decision) -> str:
    """Return the plan's words for what an index was decided for: the pin without its stage and topic."""
    return decision.pin.partition(".")[2].rpartition(".")[0]


def served_patterns(result: DesignResult) -> tuple[ServedPattern, ...]:
    """Return every access pattern of the plan with the indexes and keys that are meant to answer it."""
    found = {engine: _answering(result, engine) for engine in result.engines}
    return tuple(
        ServedPattern(
            name=pattern.name,
            answers=tuple(
                Answer(engine=engine, indexes=tuple(found[engine].get(pattern.name, ()))) for engine in result.engines
            ),
        )
        for pattern in result.resolved.patterns
    )


def _answering(result: DesignResult, engine: str) -> dict[str, dict[str, None]]:
    """Return the indexes of each pattern on an engine: those decided on, and those that say they serve it."""
    found: dict[str, dict[str, None]] = {}
    for decision in result.decisions:
        is_of_mongo = decision.object.startswith(MONGO_STAGE)
        name = decision.choice.partition(": ")[0]
        if decision.topic == "index" and is_of_mongo is (engine == MONGO) and name != NONE:
            found.setdefault(decision.object.partition(".")[2], {})[name] = None
    for index in serving_indexes(result):
        if index.engine == engine:
            for name in index.serves:
                found.setdefault(name, {})[index.name] = None
    if engine == POSTGRES:
        for view in result.schema.materialized_views:
            found.setdefault(view.pattern, {}).update({index.name: None for index in view.indexes})
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """Another name of an object: `posts.comments` for what was decided about the reference of comments to posts."""

    name: str
    object: str


def aliases(result: DesignResult) -> tuple[Alias, ...]:
    """Return the names by which readers of documents ask for rows: under what they refer to, and where they lie."""
    if result.mongo is None:
        return ()
    decided = {decision.object for decision in result.decisions}
    found = [
        Alias(name=f"{reference.target}.{relation.name}", object=f"{MONGO_STAGE}{relation.name}.{reference.name}")
        for relation in result.logical.relations
        for reference in relation.references
    ]
    for collection in result.documents.collections:
        found += _inside(collection.name, collection.document)
    return tuple(dict.fromkeys(alias for alias in found if alias.object in decided and alias.name not in decided))


def _inside(path: str, document: Document) -> Iterator[Alias]:
    for field in document.embedded:
        name = f"{path}.{field.name}"
        yield Alias(name=name, object=f"{MONGO_STAGE}{field.relation}.{field.reference}")
        yield from _inside(name, field.document)
