"""A command explained by the server that has executed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from groundplan.mongo.plans.findings import PlanFindings
from groundplan.mongo.plans.read import read_explain

if TYPE_CHECKING:
    from pymongo.database import Database

_EXPLAINED = ("find", "aggregate", "update", "delete", "findAndModify", "count", "distinct")


def explain(database: Database[dict[str, Any]], command: Mapping[str, Any]) -> PlanFindings:
    """Execute a command for its plan alone: what it would write is not written.

    `command` is a find, aggregate, update, delete, findAndModify, count or distinct, as the server takes it, an update
    or delete with one statement. Raises ValueError for another command, pymongo's errors for one that is refused.
    """
    kind = next(iter(command))
    if kind not in _EXPLAINED:
        raise ValueError(f"the server does not explain {kind}")
    told = database.command({"explain": dict(command), "verbosity": "executionStats"})
    return read_explain(told, collection=str(command[kind]))
