"""`groundplan why`."""

from __future__ import annotations

import json
from pathlib import Path

from groundplan.base.decisions import Decision
from groundplan.base.errors import SourceUnreadable
from groundplan.cli.exits import Exit
from groundplan.prove.versions import NAMES
from groundplan.report.serving import ServedPattern, ServingIndex


def run_why(name: str, *, source: Path | None, is_json: bool) -> int:
    """Print the decisions behind an object; returns the exit code."""
    from groundplan.report.decisions_json import decision_shape, index_shape, pattern_shape
    from groundplan.report.why import why
    from groundplan.service.decisions import read_decisions

    answer = why(read_decisions(source or _plan_at_hand()), name)
    if is_json:
        shape = {
            "version": 1,
            "object": answer.object,
            "decisions": [decision_shape(decision) for decision in answer.decisions],
            "parts": list(answer.parts),
            "indexes": [index_shape(index) for index in answer.indexes],
            "pattern": None if answer.pattern is None else pattern_shape(answer.pattern),
        }
        print(json.dumps(shape, indent=2, ensure_ascii=False))
        return Exit.FINE
    if answer.pattern is not None:
        _print_pattern(answer.pattern)
    for index in answer.indexes:
        _print_index(index)
    for decision in answer.decisions:
        _print_decision(decision)
    if answer.parts:
        print(f"Its parts have decisions of their own: {', '.join(answer.parts)}")
    return Exit.FINE


def _plan_at_hand() -> Path:
    """Return the one plan of this folder, or the folder itself where it holds a design."""
    here = Path()
    if (here / "decisions.json").exists():
        return here
    plans = sorted(here.glob("*.plan.yaml"))
    if len(plans) == 1:
        return plans[0]
    found = ", ".join(plan.name for plan in plans) or "none"
    raise SourceUnreadable(
        f"which plan is meant is not clear: plans in this folder: {found}",
        help="name a plan or a design's folder: groundplan why OBJECT SOURCE",
    )


def _print_pattern(pattern: ServedPattern) -> None:
    print(f"{pattern.name}  an access pattern")
    for answer in pattern.answers:
        by = f"by {', '.join(answer.indexes)}" if answer.indexes else "without an index of its own"
        print(f"  answered in {NAMES[answer.engine]} {by}")
    print()


def _print_index(index: ServingIndex) -> None:
    print(f"{index.name}  an index in {NAMES[index.engine]}, on {index.on}: {index.keys}")
    if index.serves:
        print(f"  serves {', '.join(index.serves)}")
    print()


def _print_decision(decision: Decision) -> None:
    pinned = ", pinned by the plan" if decision.is_pinned else ""
    print(f"{decision.object}  {decision.topic}: {decision.choice}{pinned}")
    print(f"  because {decision.reason}")
    for fact in decision.inputs:
        print(f"  given {fact.name}: {fact.value}")
    for alternative in decision.alternatives:
        cost = f" ({alternative.cost})" if alternative.cost else ""
        print(f"  not {alternative.choice}: {alternative.why_not}{cost}")
    print(f"  rule {decision.rule}; to force another choice, under decisions:  {decision.pin}: CHOICE")
    print()
