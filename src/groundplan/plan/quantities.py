"""Numbers with units: durations, rates, growth, sizes and distances, as a plan writes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction


class TimeUnit(Enum):
    """A unit of time; the value is its length in seconds (a month is 30.4375 days, a year 365.25)."""

    MILLISECOND = Fraction(1, 1000)
    SECOND = Fraction(1)
    MINUTE = Fraction(60)
    HOUR = Fraction(3600)
    DAY = Fraction(86_400)
    WEEK = Fraction(604_800)
    MONTH = Fraction(2_629_800)
    YEAR = Fraction(31_557_600)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, such as `50ms` or `90 days`."""

    amount: Fraction
    unit: TimeUnit

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return float(self.amount * self.unit.value)

    @property
    def milliseconds(self) -> float:
        """The length in milliseconds."""
        return float(self.amount * self.unit.value * 1000)


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happens: `count` times per `per`."""

    count: Fraction
    per: TimeUnit

    @property
    def per_second(self) -> float:
        """The rate in events per second."""
        return float(self.count / self.per.value)


@dataclass(frozen=True, slots=True)
class CompoundGrowth:
    """Growth by a share of what is there: `4%/month` is `share` 0.04 per month."""

    share: Fraction
    per: TimeUnit


@dataclass(frozen=True, slots=True)
class AbsoluteGrowth:
    """Growth by a number of rows: `+50M/day`."""

    rows: int
    per: TimeUnit


Growth = CompoundGrowth | AbsoluteGrowth


@dataclass(frozen=True, slots=True)
class Volume:
    """How many rows there are (None: the plan does not say), and how that grows."""

    now: int | None = None
    growth: Growth | None = None


@dataclass(frozen=True, slots=True)
class Fanout:
    """How many there are per one: the median, the 99th percentile and the most; None is not said."""

    p50: int | None = None
    p99: int | None = None
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Distance:
    """A length on the ground in metres; `5km` is 5000."""

    metres: Fraction
