"""What can be wrong with a plan that only a PostgreSQL design shows: one rule per file, its docstring a manual page."""

from groundplan.postgres.design.rules.registry import DESIGN_RULES, findings_of

__all__ = ["DESIGN_RULES", "findings_of"]
