"""When rows came into being: milliseconds since 1970, along the growth that the plan declares."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from groundplan.logical.model import Relation
from groundplan.plan.quantities import AbsoluteGrowth, CompoundGrowth, Growth

DAY = 86_400_000
"""Milliseconds in a day."""

LONGEST_HISTORY = 5 * 365 * DAY
USUAL_HISTORY = 2 * 365 * DAY
"""How far back rows go where the plan declares no growth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The time over which a relation's rows came, up to `now`; `growth` per millisecond is compound, 0 is steady."""

    now: int
    length: int
    growth: float

    @property
    def start(self) -> int:
        """The earliest millisecond."""
        return self.now - self.length

    def draw(self, count: int, *, random: Random) -> list[int]:
        """Return moments in random order, more of them late where the relation grows."""
        if self.growth <= 0:
            return [self.now - int(random.random() * self.length) for _ in range(count)]
        oldest = math.exp(-self.growth * self.length)
        width, scale, log = 1 - oldest, 1 / self.growth, math.log
        return [self.now + int(log(oldest + width * random.random()) * scale) for _ in range(count)]


def history_of(relation: Relation, *, now: int) -> History:
    """Return the history that a relation's growth and retention leave."""
    longest = LONGEST_HISTORY
    if relation.lifecycle.retain is not None:
        longest = max(DAY, min(longest, int(relation.lifecycle.retain.keep.milliseconds)))
    length, growth = _length_and_growth(relation.rows.growth, rows=relation.rows.now)
    return History(now=now, length=max(DAY, min(longest, length)), growth=growth)


def _length_and_growth(growth: Growth | None, *, rows: int) -> tuple[int, float]:
    match growth:
        case CompoundGrowth():
            return LONGEST_HISTORY, math.log1p(float(growth.share)) / (float(growth.per.value) * 1000)
        case AbsoluteGrowth() if growth.rows > 0:
            return int(rows / growth.rows * float(growth.per.value) * 1000), 0.0
        case _:
            return USUAL_HISTORY, 0.0


def after_parents(drawn: Sequence[int], parents: Sequence[int], *, now: int, random: Random) -> list[int]:
    """Return the drawn moments, those before their parent's replaced by one between the parent's and now."""
    return [
        moment if moment > parent else parent + int(random.random() * (now - parent))
        for moment, parent in zip(drawn, parents, strict=True)
    ]


def milliseconds(moment: datetime) -> int:
    """Return an aware datetime as whole milliseconds since 1970."""
    return int(moment.timestamp() * 1000)


def instant(moment: int) -> datetime:
    """Return milliseconds since 1970 as a datetime in UTC."""
    return datetime.fromtimestamp(moment / 1000, UTC)


def instants(moments: Sequence[int]) -> list[datetime]:
    """Return milliseconds since 1970 as datetimes in UTC."""
    at = datetime.fromtimestamp
    return [at(moment / 1000, UTC) for moment in moments]
