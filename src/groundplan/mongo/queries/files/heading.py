"""What stands above a query: its purpose, how often and how fast, what goes in and what comes out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from groundplan.base.figures import figure
from groundplan.mongo.queries.model import CompiledRead, MongoParameter, Purpose

_PER = (("s", 1.0), ("min", 60.0), ("h", 3600.0), ("day", 86_400.0))


def heading(name: str, purpose: Purpose) -> tuple[str, ...]:
    """Return the lines that say what a pattern is for, the first of them with its name."""
    lines = [f"{name}: {purpose.task}" if purpose.task else name]
    lines += [] if purpose.about is None else purpose.about.strip().splitlines()
    demand = [] if purpose.rate is None else [f"rate {rate_text(purpose.rate)}"]
    demand += [] if purpose.target_ms is None else [f"target {_ungrouped(purpose.target_ms, digits=15)} ms"]
    return (*lines, *((", ".join(demand),) if demand else ()))


def rate_text(per_second: float) -> str:
    """Return a rate in the unit in which it is a number of at least one: `500/s`, `5/min`."""
    unit, seconds = next(((unit, seconds) for unit, seconds in _PER if per_second * seconds >= 1), _PER[-1])
    return f"{_ungrouped(per_second * seconds)}/{unit}"


def _ungrouped(number: float, *, digits: int = 4) -> str:
    return figure(number, digits=digits).replace(",", "")


def fingerprint(read: CompiledRead) -> str:
    """Return what binds a cursor to a query and its order."""
    keys = [
        [key.field, "desc" if key.is_descending else "asc", key.nulls.value, key.is_nullable] for key in read.cursor
    ]
    text = json.dumps([read.pattern, keys], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def listed(parameters: Iterable[MongoParameter]) -> tuple[MongoParameter, ...]:
    """Return the parameters that callers give: those of the cursor come out of it."""
    return tuple(each for each in parameters if not each.is_cursor)
