"""Explain output read: which collections a command looks into, by which indexes, and what it sorts in memory."""

from groundplan.mongo.plans.explain import explain
from groundplan.mongo.plans.findings import CollectionRead, MemorySort, PlanFindings
from groundplan.mongo.plans.read import read_explain

__all__ = ["CollectionRead", "MemorySort", "PlanFindings", "explain", "read_explain"]
