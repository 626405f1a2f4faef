"""Answers to a criterion: a verdict, and the sentence that says what it rests on."""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.prove.evidence import Verdict

Answer = tuple[Verdict, str]

SHOWN = 8
"""How many claims a sentence lists before it only counts them."""


def judged(*, met: str, missed: Sequence[str] = (), unproven: Sequence[str] = ()) -> Answer:
    """Return the verdict: missed where anything is, else not proven where anything is, else met."""
    if missed:
        return Verdict.MISSED, listed(missed)
    if unproven:
        return Verdict.NOT_PROVEN, listed(unproven)
    return Verdict.MET, met


def listed(says: Sequence[str]) -> str:
    """Return sentences as one, those beyond the first few only counted."""
    more = f"; and {len(says) - SHOWN} more" if len(says) > SHOWN else ""
    return "; ".join(says[:SHOWN]) + more
