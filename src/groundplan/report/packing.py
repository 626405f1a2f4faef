"""Rectangles put side by side, so that all of them together have about the shape of a screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WANTED_ASPECT = 1.5
"""Width by height of most screens and pages, headings taken off."""

GAP = 48.0
_STRETCHES = (1.0, 1.15, 1.3, 1.5, 1.8)


@dataclass(frozen=True, slots=True)
class Packing:
    """The size of all rectangles together, and the upper left corner of each."""

    width: float
    height: float
    corners: tuple[tuple[float, float], ...]


def pack(sizes: Sequence[tuple[float, float]]) -> Packing:
    """Put rectangles (width, height) on shelves, the highest first; none overlaps another."""
    if not sizes:
        return Packing(0.0, 0.0, ())
    area = sum((width + GAP) * (height + GAP) for width, height in sizes)
    widest = max(width for width, _ in sizes)
    limits = [max(math.sqrt(area * WANTED_ASPECT) * stretch, widest) for stretch in _STRETCHES]
    return min(
        (_on_shelves(sizes, limit=limit) for limit in limits), key=lambda done: misshape(done.width, done.height)
    )


def misshape(width: float, height: float) -> float:
    """Tell how far a shape is from the wanted one, too wide and too high alike."""
    return abs(math.log(width / height / WANTED_ASPECT))


def _on_shelves(sizes: Sequence[tuple[float, float]], *, limit: float) -> Packing:
    """Fill shelves of `limit` width; beside the first of a shelf, lower rectangles are stacked in columns."""
    corners = [(0.0, 0.0)] * len(sizes)
    x = y = shelf = top = column = widest = 0.0
    for at in sorted(range(len(sizes)), key=lambda at: -sizes[at][1]):
        width, height = sizes[at]
        if shelf and top + height > y + shelf:
            x, top, column = x + column + GAP, y, 0.0
        if x and x + width > limit:
            x, y, shelf, column = 0.0, y + shelf + GAP, 0.0, 0.0
            top = y
        corners[at] = (x, top)
        shelf = shelf or height
        top += height + GAP
        column, widest = max(column, width), max(widest, x + width)
    return Packing(widest, y + shelf, tuple(corners))
