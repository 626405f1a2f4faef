"""What was tried on one version of an engine proves nothing about another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from groundplan.prove.evidence import MONGO, POSTGRES, Evidence, PatternEvidence, Verdict

NAMES = {POSTGRES: "PostgreSQL", MONGO: "MongoDB"}
"""The engines as people call them."""


def as_proof_for(evidence: Evidence, *, targets: Mapping[str, int]) -> Evidence:
    """Return the evidence as what it says about the major versions that a design is for, by engine.

    Plans change from version to version: on another one than the server's, no verdict about a pattern is kept as met.
    """
    reasons = {
        server.engine: f"tried on {NAMES[server.engine]} {server.version}, not on the plan's {targets[server.engine]}"
        for server in evidence.servers
        if server.version.partition(".")[0] != str(targets[server.engine])
    }
    if not reasons:
        return evidence
    patterns = tuple(
        _untried(pattern, reasons[pattern.engine]) if pattern.engine in reasons else pattern
        for pattern in evidence.patterns
    )
    return replace(evidence, patterns=patterns)


def _untried(pattern: PatternEvidence, reason: str) -> PatternEvidence:
    def kept(verdict: Verdict) -> Verdict:
        return Verdict.NOT_PROVEN if verdict is Verdict.MET else verdict

    said = reason if pattern.reason is None else f"{reason}; there {pattern.reason}"
    return replace(
        pattern, shape_verdict=kept(pattern.shape_verdict), time_verdict=kept(pattern.time_verdict), reason=said
    )
