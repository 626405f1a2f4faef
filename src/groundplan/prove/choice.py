"""Which engine suits the plan: from what both took for the same patterns on the same rows.

What counts is the time that an engine works in a second of the plan's load: the sum of rate × median over the access
patterns. Differences below `NOISE` decide nothing, because single runs spread as far; then PostgreSQL is recommended,
whose constraints and foreign keys refuse what MongoDB leaves to every writer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundplan.plan.access import Isolation
from groundplan.plan.expressions import paths
from groundplan.plan.patterns import (
    DeletePattern,
    InsertPattern,
    Pattern,
    RawPattern,
    ReadPattern,
    ResolvedPlan,
    UpdatePattern,
    UpsertPattern,
)
from groundplan.prove.evidence import (
    MONGO,
    POSTGRES,
    ChoiceEvidence,
    Equivalence,
    FlipEvidence,
    PatternChoice,
    PatternEvidence,
    Recommendation,
    Verdict,
)

NOISE = 1.25
"""Ratios of medians closer to 1 than this say nothing: on two cores medians of nine runs differ by up to a third."""

WORTH_A_SPLIT = 2.0
"""How many times less work a split has to promise: it is paid for with a second engine and copies that lag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    pattern: Pattern
    rate: float
    medians: Mapping[str, float]

    def work(self, engine: str) -> float:
        """Return the milliseconds of work in a second."""
        return self.rate * self.medians[engine]


def choose_engine(resolved: ResolvedPlan, patterns: Sequence[PatternEvidence]) -> ChoiceEvidence | None:
    """Compare the engines pattern by pattern and recommend one, or a split; None where only one was measured."""
    seen = {(each.engine, each.name): each for each in patterns}
    has_rates = any(pattern.demand.rate for pattern in resolved.patterns)
    measured = [
        found
        for pattern in resolved.patterns
        if (found := _measured(pattern, seen, otherwise=0.0 if has_rates else 1.0)) is not None
    ]
    if not measured:
        return None
    choices = tuple(_choice(each, seen) for each in measured)
    work = {engine: sum(each.work(engine) for each in measured) for engine in (POSTGRES, MONGO)}
    unfit = {engine: tuple(_unfit(resolved, engine, seen)) for engine in (POSTGRES, MONGO)}
    split = sum(min(each.work(POSTGRES), each.work(MONGO)) for each in measured)
    recommendation, reason = _recommended(work, split=split, unfit=unfit)
    if not has_rates:
        reason = f"{reason} (the plan gives no rates: each pattern counts once a second)"
    return ChoiceEvidence(
        recommendation=recommendation,
        reason=reason,
        work_ms=tuple((engine, round(work[engine], 3)) for engine in (POSTGRES, MONGO)),
        split_ms=round(split, 3),
        price=_price(resolved, measured),
        patterns=choices,
        flips=_flips(measured, work) if recommendation is not Recommendation.SPLIT else (),
    )


def _measured(
    pattern: Pattern, seen: Mapping[tuple[str, str], PatternEvidence], *, otherwise: float
) -> _Measured | None:
    medians: dict[str, float] = {}
    for engine in (POSTGRES, MONGO):
        found = seen.get((engine, pattern.name))
        if found is None or found.p50_ms is None:
            return None
        medians[engine] = found.p50_ms
    return _Measured(pattern=pattern, rate=pattern.demand.rate or otherwise, medians=medians)


def _choice(each: _Measured, seen: Mapping[tuple[str, str], PatternEvidence]) -> PatternChoice:
    postgres, mongo = each.medians[POSTGRES], each.medians[MONGO]
    low, high = sorted((postgres, mongo))
    faster = (POSTGRES if postgres < mongo else MONGO) if low > 0 and high / low >= NOISE else None
    return PatternChoice(
        name=each.pattern.name,
        rate=each.rate,
        postgres_p50_ms=postgres,
        mongo_p50_ms=mongo,
        faster=faster,
        equivalent=seen[MONGO, each.pattern.name].equivalent,
    )


def _unfit(resolved: ResolvedPlan, engine: str, seen: Mapping[tuple[str, str], PatternEvidence]) -> list[str]:
    """Name the patterns that an engine does not answer as it should."""
    found = []
    for pattern in resolved.patterns:
        evidence = seen.get((engine, pattern.name))
        if evidence is not None and (
            evidence.shape_verdict is Verdict.MISSED or (engine == MONGO and evidence.equivalent is Equivalence.NO)
        ):
            found.append(pattern.name)
    return found


def _recommended(
    work: Mapping[str, float], *, split: float, unfit: Mapping[str, Sequence[str]]
) -> tuple[Recommendation, str]:
    postgres, mongo = work[POSTGRES], work[MONGO]
    figures = f"{postgres:,.1f} ms of work a second on PostgreSQL, {mongo:,.1f} ms on MongoDB"
    if unfit[MONGO] and not unfit[POSTGRES]:
        return Recommendation.POSTGRES, f"MongoDB does not answer {', '.join(unfit[MONGO])} as it should; {figures}"
    if unfit[POSTGRES] and not unfit[MONGO]:
        return Recommendation.MONGO, f"PostgreSQL does not answer {', '.join(unfit[POSTGRES])} as it should; {figures}"
    best = min(postgres, mongo)
    if split > 0 and best / split >= WORTH_A_SPLIT:
        return Recommendation.SPLIT, f"{figures}, {split:,.1f} ms with each pattern where it is faster"
    low, high = sorted((postgres, mongo))
    if low > 0 and high / low < NOISE:
        reason = f"{figures}: too close to decide, and PostgreSQL refuses broken references and rules by itself"
        return Recommendation.POSTGRES, reason
    return (Recommendation.POSTGRES if postgres < mongo else Recommendation.MONGO), figures


def _price(resolved: ResolvedPlan, measured: Sequence[_Measured]) -> tuple[str, ...]:
    """Say what a split would cost in consistency: what lives twice, and which transactions would span both engines."""
    homes = {each.pattern.name: min((POSTGRES, MONGO), key=each.work) for each in measured}
    written: dict[str, set[str]] = {}
    read: dict[str, set[str]] = {}
    for each in measured:
        home = homes[each.pattern.name]
        touched = read if isinstance(each.pattern, ReadPattern) else written
        for entity in _entities(each.pattern):
            touched.setdefault(entity, set()).add(home)
    price = [
        f"{entity} is written in {_named(written[entity])} and read in {_named(read[entity])}: a copy that lags behind"
        for entity in sorted(written)
        if len(written[entity] | read.get(entity, set())) > 1 and entity in read
    ]
    for transaction in resolved.transactions:
        engines = {homes[step] for step in transaction.steps if step in homes}
        if len(engines) > 1:
            strict = " though it asks for serializable" if transaction.isolation is Isolation.SERIALIZABLE else ""
            price.append(f"the transaction {transaction.name} would span both engines and no longer be whole{strict}")
    return tuple(price)


def _named(engines: set[str]) -> str:
    return " and ".join({POSTGRES: "PostgreSQL", MONGO: "MongoDB"}[engine] for engine in sorted(engines, reverse=True))


def _entities(pattern: Pattern) -> tuple[str, ...]:
    """Return the entities that a pattern reads or writes."""
    match pattern:
        case InsertPattern() | UpsertPattern():
            return (pattern.entity,)
        case UpdatePattern() | DeletePattern():
            return (pattern.entity,)
        case ReadPattern():
            said = [each.expression for each in pattern.fields]
            said += [] if pattern.where is None else [pattern.where]
            said += [key.expression for key in pattern.order]
            reached = [hop.target for each in said for path in paths(each) for hop in path.hops]
            return tuple(dict.fromkeys((pattern.entity, *reached)))
        case RawPattern():
            return ()


def _flips(measured: Sequence[_Measured], work: Mapping[str, float]) -> tuple[FlipEvidence, ...]:
    """Return at which rate a pattern that is faster on the other engine would make that one the better choice."""
    best, other = sorted(work, key=lambda engine: work[engine])
    flips = []
    for each in measured:
        gain = each.medians[best] - each.medians[other]
        if gain > 0:
            rate = each.rate + (work[other] - work[best]) / gain
            flips.append(FlipEvidence(pattern=each.pattern.name, rate=each.rate, flips_at=round(rate, 3), to=other))
    return tuple(
        sorted(flips, key=lambda flip: (flip.flips_at / flip.rate if flip.rate else flip.flips_at, flip.pattern))
    )
