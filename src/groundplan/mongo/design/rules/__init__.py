"""What can be wrong with a plan that only a MongoDB design shows: one rule per file, its docstring a manual page."""

from groundplan.mongo.design.rules.registry import DESIGN_RULES, findings_of

__all__ = ["DESIGN_RULES", "findings_of"]
