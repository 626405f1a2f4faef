"""Explain output read: which collections a command looks into, by which indexes, and what it sorts in memory."""

from groundplan.mongo.plans.explain import explain
from groundplan.mongo.plans.findings import CollectionRead, MemorySort, PlanFindings
from groundplan.mongo.plans.read import read_explain
from groundplan.mongo.plans.usage import Usage, counting, joined_collections, with_usage

__all__ = [
    "CollectionRead",
    "MemorySort",
    "PlanFindings",
    "Usage",
    "counting",
    "explain",
    "joined_collections",
    "read_explain",
    "with_usage",
]
