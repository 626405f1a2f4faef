"""What EXPLAIN (ANALYZE, BUFFERS) says: which rows a statement read, by which index, and what did not fit in memory."""

from groundplan.postgres.plans.explain import explain
from groundplan.postgres.plans.findings import IndexProbe, PlanFindings, Scan, SortedRows, TriggerTime
from groundplan.postgres.plans.read import read_findings

__all__ = ["IndexProbe", "PlanFindings", "Scan", "SortedRows", "TriggerTime", "explain", "read_findings"]
