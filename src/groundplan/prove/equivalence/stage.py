"""Both engines, loaded with the same rows, and what was compiled for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan.mongo.model import MongoDesign
from groundplan.mongo.queries.model import CompiledWorkload as MongoWorkload
from groundplan.plan.patterns import ResolvedPlan
from groundplan.postgres.model import PostgresDesign
from groundplan.postgres.queries.model import CompiledWorkload
from groundplan.prove.attempts import Grounds
from groundplan.prove.evidence import Equivalence
from groundplan.prove.mongo.patterns import Stage

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True, kw_only=True)
class BothStages:
    """A connection to the loaded PostgreSQL, the loaded MongoDB, and the designs that both were loaded by."""

    resolved: ResolvedPlan
    connection: psycopg.Connection
    grounds: Grounds
    postgres: PostgresDesign
    sql: CompiledWorkload
    stage: Stage
    mongo: MongoDesign
    mql: MongoWorkload


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Whether the engines agree on a pattern, None where that was not asked, and on what, or why not."""

    verdict: Equivalence | None
    reason: str
