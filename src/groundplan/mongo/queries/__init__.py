"""Access patterns compiled to MongoDB's commands."""

from __future__ import annotations

from groundplan.mongo.queries.workload import compile_read_pattern, compile_workload

__all__ = ["compile_read_pattern", "compile_workload"]
