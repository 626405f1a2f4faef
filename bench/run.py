"""Time the main jobs against baselines in the same run, and write their section of bench/RESULTS.md.

Each job is a whole process, run in turn with its baseline (A B A B …); figures are medians, ratios are of pairs.
`python bench/run.py [REPETITIONS]`
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from results import environment, write_section

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
GROUNDPLAN = str(Path(PYTHON).with_name("groundplan"))
NOTHING = [PYTHON, "-c", "pass"]
IMPORTS = [PYTHON, "-c", "import typer, yaml, sqlglot"]
START = """
from groundplan.postgres.server import start_postgres
with start_postgres() as server:
    server.connect().execute("select 1")
"""
SERVER = [PYTHON, "-c", START]


@dataclass(frozen=True, slots=True)
class Job:
    """A command, what it is measured against, and how many seconds it may take."""

    name: str
    command: list[str]
    baseline_name: str
    baseline: list[str]
    limit: float
    repetitions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Medians in seconds, and the median of the paired ratios."""

    job: Job
    seconds: float
    baseline_seconds: float
    ratio: float


def measure(job: Job) -> Figure:
    """Run a job and its baseline in turn, after one run of each that is not counted."""
    times: list[float] = []
    baselines: list[float] = []
    for turn in range(job.repetitions + 1):
        pair = (seconds(job.command), seconds(job.baseline))
        if turn:
            times.append(pair[0])
            baselines.append(pair[1])
    ratios = [ours / theirs for ours, theirs in zip(times, baselines, strict=True)]
    return Figure(
        job=job,
        seconds=statistics.median(times),
        baseline_seconds=statistics.median(baselines),
        ratio=statistics.median(ratios),
    )


def seconds(command: list[str]) -> float:
    """Return the wall time of a command, which must succeed."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - started


def large_plan(folder: Path) -> Path:
    """Write a plan of about 1.2 MB."""
    lines = ["plan: large", "entities:"]
    for entity in range(1800):
        lines.append(f"  Thing{entity}:")
        lines.append("    rows: {now: 10K, growth: 1%/month}")
        lines.append("    attributes:")
        for attribute in range(12):
            lines.append(f"      attribute_{attribute}: text(1..{attribute + 20})?   # {attribute} of {entity}")
    file = folder / "large.plan.yaml"
    file.write_text("\n".join(lines) + "\n")
    return file


def jobs(folder: Path, repetitions: int) -> tuple[Job, ...]:
    """Return what is measured."""
    large = str(large_plan(folder))
    read = f"from pathlib import Path\nfrom groundplan.plan.reader import read_plan\nread_plan(Path({large!r}))"
    load = f"import yaml\nyaml.load(open({large!r}), Loader=yaml.CSafeLoader)"
    few = max(3, repetitions // 3)

    def design(name: str, *options: str) -> list[str]:
        return [GROUNDPLAN, "design", f"examples/{name}.plan.yaml", "--out", str(folder / name), *options]

    def quick(name: str, command: list[str], limit: float, baseline_name: str, baseline: list[str]) -> Job:
        return Job(name, command, baseline_name, baseline, limit=limit, repetitions=repetitions)

    def slow(name: str, command: list[str], limit: float, baseline_name: str, baseline: list[str]) -> Job:
        return Job(name, command, baseline_name, baseline, limit=limit, repetitions=few)

    imports = ("importing typer, yaml and sqlglot", IMPORTS)
    engine = ("starting the engine alone", SERVER)
    return (
        quick("groundplan --help", [GROUNDPLAN, "--help"], 0.3, "python -c pass", NOTHING),
        quick("design blog --no-prove", design("blog", "--no-prove"), 1.0, *imports),
        quick("design auction --no-prove", design("auction", "--no-prove"), 1.0, *imports),
        slow("read a plan of 1.2 MB", [PYTHON, "-c", read], 1.5, "yaml.load, CSafeLoader", [PYTHON, "-c", load]),
        slow("design blog, proven", design("blog"), 20.0, *engine),
        slow("design auction, proven", design("auction"), 20.0, *engine),
    )


def results(figures: list[Figure]) -> str:
    """Render the section."""
    lines = [
        "Whole processes, in turn with their baselines; medians, and the median of the paired ratios.",
        "",
        environment(),
        "",
        "| job | seconds | at most | baseline | seconds | ratio |",
        "|---|---:|---:|---|---:|---:|",
    ]
    for figure in figures:
        job = figure.job
        lines.append(
            f"| {job.name} | {figure.seconds:.2f} | {job.limit:g} | {job.baseline_name} "
            f"| {figure.baseline_seconds:.2f} | {figure.ratio:.1f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print and write; exit code 1 where a job takes longer than it may."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        figures = []
        for job in jobs(Path(folder), repetitions):
            figures.append(measure(job))
            print(f"{job.name}: {figures[-1].seconds:.2f} s", flush=True)
    write_section("Timings", results(figures))
    return int(any(figure.seconds > figure.job.limit for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
