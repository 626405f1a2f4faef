"""Why a write needs a transaction, or none."""

from __future__ import annotations

from collections.abc import Iterable

from groundplan.mongo.queries.model import (
    DeleteDocuments,
    InsertDocuments,
    Operation,
    Refuse,
    Remember,
    UpdateDocuments,
)

_CHANGES = (InsertDocuments, UpdateDocuments, DeleteDocuments)


def reason_for_transaction(operations: Iterable[Operation]) -> str | None:
    """Return why operations have to take effect together; None where one document is all that changes.

    A check alone is no reason: reads in a transaction lock nothing, so that it would hold no longer than without one.
    """
    found = tuple(operations)
    changes = [each for each in found if isinstance(each, _CHANGES)]
    if len(changes) > 1:
        names = list(dict.fromkeys(each.collection for each in changes))
        return f"changes {_listed(names)} together" if len(names) > 1 else f"changes documents of {names[0]} together"
    if changes and (changes[0].each is not None or is_of_many(changes[0])):
        return f"changes several documents of {changes[0].collection}: all or none"
    if any(isinstance(each, Remember | Refuse) for each in found):
        return "changes only what it has looked at before"
    return None


def is_of_many(change: InsertDocuments | UpdateDocuments | DeleteDocuments) -> bool:
    """Tell whether one operation changes several documents."""
    return not isinstance(change, InsertDocuments) and change.is_many


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
