"""Places on the earth and addresses of machines."""

from __future__ import annotations

import math
from itertools import accumulate

from groundplan.rows.columns.source import Source

Place = tuple[float, float]

_TOWNS = 40
_OUTSKIRTS_DEGREES = 0.03
"""Places lie about three kilometres around their town."""

_ELSEWHERE_SHARE = 0.1
_CORNERS = 6


def points(count: int, *, source: Source) -> list[Place]:
    """Return (longitude, latitude): most near one of forty towns, the first of which are the largest."""
    random = source.random
    towns = [(random.uniform(-170, 170), random.uniform(-60, 60)) for _ in range(_TOWNS)]
    weights = list(accumulate(1 / (rank + 1) for rank in range(_TOWNS)))
    chosen = random.choices(towns, cum_weights=weights, k=count)
    return [_elsewhere(source) if random.random() < _ELSEWHERE_SHARE else _near(town, source) for town in chosen]


def _near(town: Place, source: Source) -> Place:
    gauss = source.random.gauss
    return round(town[0] + gauss(0, _OUTSKIRTS_DEGREES), 6), round(town[1] + gauss(0, _OUTSKIRTS_DEGREES), 6)


def _elsewhere(source: Source) -> Place:
    return round(source.random.uniform(-179, 179), 6), round(source.random.uniform(-80, 80), 6)


def polygons(count: int, *, source: Source) -> list[tuple[Place, ...]]:
    """Return six-cornered areas around places; the first corner is not repeated."""
    found: list[tuple[Place, ...]] = []
    for longitude, latitude in points(count, source=source):
        radius = source.random.uniform(0.001, 0.02)
        corners = (
            (
                round(longitude + radius * math.cos(2 * math.pi * corner / _CORNERS), 6),
                round(latitude + radius * math.sin(2 * math.pi * corner / _CORNERS), 6),
            )
            for corner in range(_CORNERS)
        )
        found.append(tuple(corners))
    return found


def addresses(count: int, *, source: Source) -> list[str]:
    """Return addresses of machines, one in ten of version 6 (RFC 3849), the rest private ones of version 4."""
    found: list[str] = []
    for _ in range(count):
        bits = source.random.getrandbits(32)
        if bits % 10 == 0:
            found.append(f"2001:db8::{bits >> 16 & 0xFFFF:x}:{bits & 0xFFFF:x}")
        else:
            found.append(f"10.{bits >> 16 & 255}.{bits >> 8 & 255}.{bits & 255}")
    return found
