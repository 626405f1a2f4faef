"""What an access pattern does, in words: `reads Post`."""

from __future__ import annotations

from typing import assert_never

from groundplan.plan.naming import subject_in_words
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    UpdatePattern,
    UpsertPattern,
)


def task_of(pattern: Pattern) -> str:
    """Return what a pattern does as a verb and its subject: `inserts links of Post.tags, 3 rows at a time`."""
    if isinstance(pattern, RawPattern):
        return "the plan's own statement"
    subject = subject_in_words(pattern.entity)
    match pattern:
        case ReadPattern():
            return f"reads {subject}"
        case InsertPattern():
            return f"inserts {subject}{_at_a_time(pattern.batch)}"
        case UpdatePattern():
            return f"updates {subject}"
        case UpsertPattern():
            return f"inserts or updates {subject}{_at_a_time(pattern.batch)}"
        case DeletePattern():
            return f"deletes {subject}"
        case _:
            assert_never(pattern)


def _at_a_time(batch: int) -> str:
    return f", {batch:,} rows at a time" if batch > 1 else ""
