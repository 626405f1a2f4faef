"""The section of bench/RESULTS.md about one plan: its designs, what the model says of each, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from statistics import median

from .running import Measured
from .statistics import Agreement, Totals
from .variants import LeftOut, Variant

NEAR = 1.05
"""The chosen design may take a twentieth more than the best one."""

NOTICED = 0.02
"""A pattern is told of where its share of the difference is at least this much of the whole."""

_TOLD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that was found out about the designs of one plan; `model` are milliseconds by design and pattern."""

    plan: str
    sizes: Mapping[str, int]
    variants: tuple[Variant, ...]
    left_out: tuple[LeftOut, ...]
    rates: Mapping[str, float]
    model: tuple[Mapping[str, float], ...]
    measured: Measured
    totals: Totals
    agreement: Agreement

    def model_total(self, design: int) -> float:
        """Return the milliseconds of work a second that the model reckons, of the patterns that were measured."""
        return sum(self.rates[name] * self.model[design][name] for name in self.measured.times)

    @property
    def best(self) -> int:
        """The design that took least."""
        return min(range(len(self.variants)), key=lambda design: self.totals.middles[design])

    @property
    def is_chosen_good(self) -> bool:
        """Tell whether the chosen design is the best one, as far as can be told, or takes hardly more."""
        chosen, best = self.totals.interval(0), self.totals.interval(self.best)
        return chosen.overlaps(best) or self.totals.ratio(0, self.best).middle <= NEAR


def section(comparison: Comparison) -> str:
    """Return the section, without its title."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    sizes = ", ".join(f"{rows:,} {name}" for name, rows in comparison.sizes.items())
    yield f"The same rows in each design: {sizes}."
    yield (
        "Milliseconds of work a second: rate times median of every pattern, writes committed to the journal. The model "
        "chooses and prices designs for these rows; indexes are those of the declared ones. Times were taken in turn; "
        "intervals hold 95 of 100 draws of the rounds; ratios are to the chosen design, in the same rounds."
    )
    yield ""
    yield "| design | model, ms/s | measured, ms/s | ratio | most of the difference, in ms a run (model) |"
    yield "|---|---:|---:|---:|---|"
    for design in sorted(range(len(comparison.variants)), key=lambda each: comparison.totals.middles[each]):
        yield _row(comparison, design)
    yield ""
    yield from _judgement(comparison)
    yield ""
    yield from _misses(comparison)
    yield from _per_pattern(comparison)
    yield ""
    yield from _not_measured(comparison)


def _row(comparison: Comparison, design: int) -> str:
    found, ratio = comparison.totals.interval(design), comparison.totals.ratio(design, 0)
    name = comparison.variants[design].name
    return (
        f"| {f'**{name}**' if design == 0 else name} | {comparison.model_total(design):,.0f} "
        f"| {found.middle:,.0f} [{found.low:,.0f} … {found.high:,.0f}] "
        f"| {ratio.middle:.2f} [{ratio.low:.2f} … {ratio.high:.2f}] | {_difference(comparison, design)} |"
    )


def _difference(comparison: Comparison, design: int) -> str:
    """Return the patterns that make most of the difference to the chosen design."""
    gains = {
        name: comparison.rates[name] * (median(times[design]) - median(times[0]))
        for name, times in comparison.measured.times.items()
    }
    most = sorted(gains, key=lambda name: -abs(gains[name]))[:_TOLD]
    told = [name for name in most if abs(gains[name]) >= NOTICED * comparison.totals.middles[0]]
    return "; ".join(_compared(comparison, name, 0, design) for name in told)


def _compared(comparison: Comparison, name: str, one: int, other: int) -> str:
    times = comparison.measured.times[name]
    here, there = median(times[one]), median(times[other])
    expected = comparison.model[one][name], comparison.model[other][name]
    return f"{name} {here:.2f} → {there:.2f} ({expected[0]:.2f} → {expected[1]:.2f})"


def _judgement(comparison: Comparison) -> Iterator[str]:
    best, names = comparison.best, [variant.name for variant in comparison.variants]
    rank = sorted(comparison.totals.middles).index(comparison.totals.middles[0]) + 1
    if best == 0:
        yield f"The chosen design is the first of {len(names)}."
    else:
        ratio = comparison.totals.ratio(0, best)
        verdict = "within" if comparison.is_chosen_good else "**outside**"
        yield (
            f"The chosen design is number {rank} of {len(names)}; it takes {ratio.middle:.3f} "
            f"[{ratio.low:.3f} … {ratio.high:.3f}] times as long as the best, {names[best]}: {verdict} what is allowed "
            "(overlapping intervals, or a twentieth more)."
        )
    found = comparison.agreement
    apart = "none" if found.tau_apart is None else f"{found.tau_apart:.2f}"
    yield (
        f"Kendall's tau between the model's order and the measured one: {found.tau:.2f} over all {found.pairs} pairs, "
        f"{apart} over the {found.apart} pairs that the measurement tells apart."
    )


def _misses(comparison: Comparison) -> Iterator[str]:
    """Tell of each pair that the model has the other way round by which pattern it does so.

    Times are held against the model's by what all patterns of the chosen design took, as a machine is as fast as it is.
    """
    slower = comparison.totals.middles[0] / comparison.model_total(0)
    found: list[tuple[str, str]] = []
    for one, other in permutations(range(len(comparison.variants)), 2):
        ratio = comparison.totals.ratio(one, other)
        if ratio.high >= 1 or comparison.model_total(one) <= comparison.model_total(other):
            continue
        off = {
            name: comparison.rates[name]
            * abs(
                (median(times[one]) - median(times[other])) / slower
                - (comparison.model[one][name] - comparison.model[other][name])
            )
            for name, times in comparison.measured.times.items()
        }
        most = max(off, key=lambda name: off[name])
        pair = f"{comparison.variants[one].name} before {comparison.variants[other].name}"
        found.append((pair, f"mostly {_compared(comparison, most, one, other)}"))
    yield from _listed(
        "Told apart by the measurement, and the other way round in the model, in ms a run (model):", found
    )


def _per_pattern(comparison: Comparison) -> Iterator[str]:
    yield "Of the chosen design, pattern by pattern:"
    yield ""
    yield "| pattern | rate, 1/s | model, ms | measured, ms | runs |"
    yield "|---|---:|---:|---:|---:|"
    times = comparison.measured.times
    for name in sorted(times, key=lambda name: -comparison.rates[name] * median(times[name][0])):
        yield (
            f"| {name} | {comparison.rates[name]:.3g} | {comparison.model[0][name]:.2f} "
            f"| {median(times[name][0]):.2f} | {len(times[name][0])} |"
        )


def _not_measured(comparison: Comparison) -> Iterator[str]:
    yield from _listed("Designs that were not measured:", [(each.name, each.reason) for each in comparison.left_out])
    yield from _listed("Patterns that were not measured:", list(comparison.measured.not_run.items()))
    refused = [
        (name, f"{count} rounds, in which a rule refused it") for name, count in comparison.measured.refused.items()
    ]
    yield from _listed("Rounds left out of all designs:", refused)


def _listed(title: str, items: Sequence[tuple[str, str]]) -> Iterator[str]:
    if items:
        yield title
        yield ""
        yield from (f"- {name}: {reason}" for name, reason in items)
        yield ""
