"""Reads a plan and the files that it includes; every finding of a run comes at once."""

from groundplan.plan.reader.reading import PlanReading, read_plan, read_plan_text

__all__ = ["PlanReading", "read_plan", "read_plan_text"]
