"""Validators and unique indexes tried: for every rule a document that is refused for that rule, and one accepted.

Documents come from the sample, so that all else about them is right; they are tried where no others are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from groundplan.logical.model import LogicalModel
from groundplan.mongo.model import Collection, Index
from groundplan.mongo.queries.binding import plain
from groundplan.mongo.validator import Clause, clauses, validator
from groundplan.prove.evidence import MONGO, ConstraintEvidence
from groundplan.prove.mongo.refusals.expressions import breaking
from groundplan.prove.mongo.refusals.rules import CLOSED, EXPRESSION, REQUIRED, Broken, Rule, broken_rules, rules_of
from groundplan.prove.mongo.refusals.violations import BsonDocument, has_place, violations

if TYPE_CHECKING:
    from pymongo.database import Database

INVALID, DUPLICATE_KEY = 121, 11000

_KEY = "_id"
_KINDS = {REQUIRED: "required", CLOSED: "other fields", EXPRESSION: "check", "bsonType": "type"}


def prove_refusals(
    database: Database[dict[str, Any]],
    collection: Collection,
    logical: LogicalModel,
    *,
    documents: Sequence[BsonDocument],
) -> tuple[ConstraintEvidence, ...]:
    """Try every rule of a collection's validator and every unique index; the collection is empty before and after."""
    if collection.time_series is not None or not documents:
        return ()
    trials = _Trials(database, collection.name)
    spoken = plain(validator(collection, logical))
    told = clauses(collection, logical)
    rules = rules_of(spoken) if isinstance(spoken, Mapping) else ()
    found = [_rule_evidence(trials, rule, told, documents) for rule in rules]
    found += [_unique_evidence(trials, index, documents) for index in _unique_indexes(collection)]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a document was refused: the code, and the rules or the index that the server names."""

    code: int
    broken: Broken = frozenset()
    index: str | None = None


class _Trials:
    """Insertions that are taken back at once."""

    def __init__(self, database: Database[dict[str, Any]], name: str) -> None:
        self._collection = database[name]
        self.name = name

    def insert(self, document: BsonDocument, *, beside: Iterable[BsonDocument] = ()) -> _Refusal | None:
        """Insert a document, beside others that are there for the moment; return why it was refused."""
        from pymongo.errors import OperationFailure

        try:
            for other in beside:
                self._collection.insert_one(other)
            self._collection.insert_one(document)
        except OperationFailure as error:
            details: Mapping[str, Any] = error.details or {}
            if error.code == INVALID:
                return _Refusal(INVALID, broken_rules(details.get("errInfo", {}).get("details", {})))
            if error.code == DUPLICATE_KEY:
                return _Refusal(DUPLICATE_KEY, index=_index_of(str(details.get("errmsg", error))))
            return _Refusal(error.code or 0)  # of the server itself: no key is an array
        finally:
            self._collection.delete_many({})
        return None


def _index_of(message: str) -> str | None:
    """Return the index that a duplicate key was refused by (`… index: posts_slug_key dup key: …`)."""
    _, mark, rest = message.partition(" index: ")
    return rest.partition(" dup key")[0] if mark else None


def _rule_evidence(
    trials: _Trials, rule: Rule, told: Sequence[Clause], documents: Sequence[BsonDocument]
) -> ConstraintEvidence:
    is_accepted = False
    also: list[Broken] = []
    for document in _fitting(rule, documents):
        if not is_accepted and trials.insert(dict(document)) is not None:
            continue
        is_accepted = True
        for wrong in _wrong(rule, told, document, documents):
            refusal = trials.insert(wrong)
            if refusal is None or refusal.code != INVALID or rule.identity not in refusal.broken:
                continue
            if len(refusal.broken) == 1:
                return _claim(trials, rule, told, refused=True, accepted=True)
            also.append(refusal.broken - {rule.identity})
        if also:
            break
    if also and (common := frozenset.intersection(*also)):
        path, operator = min(common)
        implied = f"{operator} of {'.'.join(path) or 'the document'}"
        return _claim(trials, rule, told, refused=True, accepted=is_accepted, implied_by=implied)
    reason = "no document of the sample has it" if not is_accepted else "no document was found that breaks it alone"
    return _claim(trials, rule, told, refused=False, accepted=is_accepted, reason=reason)


_MOST_DOCUMENTS = 5


def _fitting(rule: Rule, documents: Sequence[BsonDocument]) -> Iterator[BsonDocument]:
    fitting = (document for document in documents if rule.operator == EXPRESSION or has_place(rule, document))
    for _, document in zip(range(_MOST_DOCUMENTS), fitting, strict=False):
        yield document


def _wrong(
    rule: Rule, told: Sequence[Clause], document: BsonDocument, documents: Sequence[BsonDocument]
) -> Iterator[BsonDocument]:
    if rule.operator != EXPRESSION:
        return violations(rule, document)
    return breaking(told[_position(rule)], document, documents)


def _position(rule: Rule) -> int:
    return int(rule.path[0][1:-1])


def _claim(
    trials: _Trials,
    rule: Rule,
    told: Sequence[Clause],
    *,
    refused: bool,
    accepted: bool,
    implied_by: str | None = None,
    reason: str | None = None,
) -> ConstraintEvidence:
    is_expression = rule.operator == EXPRESSION
    return ConstraintEvidence(
        engine=MONGO,
        object=trials.name,
        name=told[_position(rule)].about if is_expression else None,
        column=None if is_expression else rule.place or None,
        kind=_KINDS.get(rule.operator, rule.operator),
        sqlstate=str(INVALID),
        refused=refused,
        accepted=accepted,
        implied_by=implied_by,
        reason=reason,
    )


def _unique_indexes(collection: Collection) -> Iterator[Index | None]:
    yield None  # the key's own
    yield from (index for index in collection.indexes if index.is_unique)


def _unique_evidence(trials: _Trials, index: Index | None, documents: Sequence[BsonDocument]) -> ConstraintEvidence:
    """Try two documents that are alike in the keys of one unique index; None is the index of the key."""
    name = "_id_" if index is None else index.name
    paths = (_KEY,) if index is None else tuple(key.path for key in index.keys)
    refused = accepted = False
    reason = "no two documents of the sample can be made alike in it alone"
    for first, second in pairwise(documents):
        alike = _alike(second, first, paths)
        if alike is None or trials.insert(dict(second), beside=[dict(first)]) is not None:
            continue
        accepted = True
        refusal = trials.insert(alike, beside=[dict(first)])
        if refusal is not None and refusal.code == DUPLICATE_KEY and refusal.index == name:
            refused = True
            break
    return ConstraintEvidence(
        engine=MONGO,
        object=trials.name,
        name=name,
        column=", ".join(paths),
        kind="unique",
        sqlstate=str(DUPLICATE_KEY),
        refused=refused,
        accepted=accepted,
        reason=None if refused else reason,
    )


def _alike(document: BsonDocument, other: BsonDocument, paths: Sequence[str]) -> BsonDocument | None:
    """Return a document with another's values at paths; None where the other has none there, or in an array."""
    found = deepcopy(document)
    for path in paths:
        *steps, last = path.split(".")
        source, target = other, found
        for step in steps:
            inner, place = source.get(step), target.get(step)
            if isinstance(inner, list) and isinstance(place, list) and inner and place:
                inner, place = inner[0], place[0]
            if not isinstance(inner, dict) or not isinstance(place, dict):
                return None
            source, target = inner, place
        if last not in source:
            return None
        target[last] = source[last]
    return found
