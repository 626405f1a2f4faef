"""The reference of the plan language as a page, from the grammar and the prose between its tables."""

from groundplan.plan.reference.page import language_reference

__all__ = ["language_reference"]
