"""Measure whether the document design that was chosen is the best one, and write it into bench/RESULTS.md.

For each example the chosen design, the one in which everything is a reference, the one in which all is embedded that
can be, and every design that is one decision away are loaded with the same rows into one mongod, and run the plan's
workload in turn. `python bench/documents.py [--quick] [EXAMPLE…]`
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from document_designs.model import CostModel, as_sampled
from document_designs.report import Comparison, section
from document_designs.running import Pace, measure
from document_designs.statistics import agreement, totals_of
from document_designs.variants import variants_of
from results import environment, write_section

from groundplan.rows.generate import generate_sample
from groundplan.service.design import MONGO, design_plan

EXAMPLES = Path(__file__).parents[1] / "examples"
NAMES = ("blog", "auction", "catalog")
SEED = 1


@dataclass(frozen=True, slots=True)
class Scope:
    """How many rows the largest relation gets, and how long each pattern is measured."""

    largest: int
    pace: Pace


USUAL = Scope(20_000, Pace(runs=60, seconds=20.0))
QUICK = Scope(3_000, Pace(runs=8, seconds=1.0))
"""Enough to see that everything runs, and no more."""


def compare(name: str, scope: Scope) -> Comparison:
    """Design an example in all ways, run them, and reckon."""
    moment = datetime.now(UTC)
    designed = design_plan(EXAMPLES / f"{name}.plan.yaml", engines=(MONGO,))
    resolved, logical = designed.resolved, designed.logical
    sample = generate_sample(resolved, logical, now=moment, largest=scope.largest, seed=SEED)
    sampled = as_sampled(logical, sample)
    variants, left_out = variants_of(resolved, logical, sampled)
    measured = measure(variants, resolved, logical, sample, moment=moment, pace=scope.pace)
    costs = CostModel(resolved, sampled)
    totals = totals_of(measured.times, costs.rates, seed=SEED)
    model = tuple(costs.milliseconds(variant.layout) for variant in variants)
    reckoned = [sum(costs.rates[name] * each[name] for name in measured.times) for each in model]
    return Comparison(
        plan=name,
        sizes={rows.relation: len(rows.rows) for rows in sample.relations},
        variants=variants,
        left_out=left_out,
        rates=costs.rates,
        model=model,
        measured=measured,
        totals=totals,
        agreement=agreement(reckoned, totals),
    )


def main() -> int:
    """Measure, print and write; exit code 1 where a chosen design is beaten. A quick run writes nothing."""
    parser = ArgumentParser(description="Measure document designs against each other on mongod.")
    parser.add_argument("examples", nargs="*", metavar="EXAMPLE", help=f"by default {', '.join(NAMES)}")
    parser.add_argument("--quick", action="store_true", help="few rows, few rounds; prints and writes nothing")
    arguments = parser.parse_args()
    is_good = True
    for name in arguments.examples or NAMES:
        start = time.perf_counter()
        found = compare(name, QUICK if arguments.quick else USUAL)
        text = f"{environment()} Measured in {time.perf_counter() - start:.0f} s.\n\n{section(found)}"
        print(f"## {name}\n\n{text}", flush=True)
        if not arguments.quick:
            write_section(f"Document designs of the {name}", text)
        is_good = is_good and found.is_chosen_good
    return int(not is_good and not arguments.quick)


if __name__ == "__main__":
    sys.exit(main())
