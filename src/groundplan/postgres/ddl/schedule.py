"""How often, in words and as a job of pg_cron."""

from __future__ import annotations

import math

from groundplan.postgres.quoting import quote_text

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def spell_seconds(seconds: float) -> str:
    """Return a length of time in its largest whole unit: `10 minutes`."""
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{seconds:g} seconds"


def cron_schedule(seconds: float) -> str:
    """Return a schedule of pg_cron that runs at least as often as asked.

    pg_cron takes 1 to 59 seconds, or the five fields of cron; only divisors of an hour or a day come round evenly.
    """
    if seconds < 60:
        return f"{max(1, math.floor(seconds))} seconds"
    minutes = math.floor(seconds / 60)
    if minutes < 60:
        return f"*/{_largest_divisor(60, at_most=minutes)} * * * *"
    hours = minutes // 60
    if hours < 24:
        return f"0 */{_largest_divisor(24, at_most=hours)} * * *"
    return "0 0 * * *"


def cron_job(name: str, *, every_seconds: float, statement: str) -> str:
    """Return the call that has pg_cron run a statement."""
    arguments = ", ".join(quote_text(text) for text in (name, cron_schedule(every_seconds), statement))
    return f"SELECT cron.schedule({arguments})"


def _largest_divisor(number: int, *, at_most: int) -> int:
    return next(candidate for candidate in range(at_most, 0, -1) if number % candidate == 0)
