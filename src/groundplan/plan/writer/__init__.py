"""Writes plans: anew in their shortest form, or into the files they came from, comments kept."""

from groundplan.plan.writer.rewriting import rewrite_files, rewrite_plan
from groundplan.plan.writer.writing import write_plan

__all__ = ["rewrite_files", "rewrite_plan", "write_plan"]
