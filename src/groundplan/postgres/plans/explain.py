"""Statements executed under EXPLAIN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from groundplan.postgres.plans.findings import PlanFindings
from groundplan.postgres.plans.read import read_findings

if TYPE_CHECKING:
    import psycopg

_OPTIONS = "ANALYZE, BUFFERS, FORMAT JSON"


def explain(connection: psycopg.Connection, statement: str, parameters: Mapping[str, object]) -> PlanFindings:
    """Execute a statement with `%(name)s` parameters under EXPLAIN ANALYZE; what it writes stays written.

    Raises psycopg.Error for what the server refuses.
    """
    answer = connection.execute(f"EXPLAIN ({_OPTIONS}) {statement}".encode(), parameters).fetchone()
    if answer is None:
        raise ValueError("EXPLAIN gave no answer")
    return read_findings(answer[0])
