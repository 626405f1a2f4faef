"""What was tried on one version of an engine proves nothing about another."""

from __future__ import annotations

from dataclasses import replace

from groundplan.prove.evidence import Evidence, PatternEvidence, Verdict


def as_proof_for(evidence: Evidence, *, target: int) -> Evidence:
    """Return the evidence as what it says about major version `target`.

    Plans change from version to version: on another one than the server's, no verdict about a pattern is kept as met.
    """
    if evidence.server.version.partition(".")[0] == str(target):
        return evidence
    reason = f"tried on PostgreSQL {evidence.server.version}, not on the plan's {target}"
    return replace(evidence, patterns=tuple(_untried(pattern, reason) for pattern in evidence.patterns))


def _untried(pattern: PatternEvidence, reason: str) -> PatternEvidence:
    def kept(verdict: Verdict) -> Verdict:
        return Verdict.NOT_PROVEN if verdict is Verdict.MET else verdict

    said = reason if pattern.reason is None else f"{reason}; there {pattern.reason}"
    return replace(
        pattern, shape_verdict=kept(pattern.shape_verdict), time_verdict=kept(pattern.time_verdict), reason=said
    )
