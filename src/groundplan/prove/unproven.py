"""What is left to say where an engine was not there to be asked: nothing of it is proven, and why."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.errors import EngineMissing
from groundplan.plan.patterns import ResolvedPlan
from groundplan.prove.evidence import MONGO, Evidence, PatternEvidence, Verdict


def without_mongo(resolved: ResolvedPlan, proven: Evidence | None, *, why: EngineMissing, seed: int) -> Evidence:
    """Return the evidence of the other engine, if any, with every pattern on MongoDB as not proven."""
    reason = f"{why.message.partition(chr(10))[0].removesuffix('; tried:')}; {why.help}"
    patterns = tuple(_unproven(pattern.name, pattern.demand.target_ms, reason) for pattern in resolved.patterns)
    if proven is not None:
        return replace(proven, patterns=(*proven.patterns, *patterns))
    return Evidence(
        servers=(),
        scale=0.0,
        seed=seed,
        samples=(),
        clips=(),
        catalogs=(),
        migration=None,
        constraints=(),
        behaviours=(),
        patterns=patterns,
        pagination=(),
        transactions=(),
    )


def _unproven(name: str, target_ms: float | None, reason: str) -> PatternEvidence:
    return PatternEvidence(
        name=name,
        engine=MONGO,
        shape_verdict=Verdict.NOT_PROVEN,
        time_verdict=Verdict.NOT_PROVEN,
        target_ms=target_ms,
        p50_ms=None,
        p95_ms=None,
        index=None,
        rows_examined=None,
        rows_returned=None,
        reason=reason,
    )
