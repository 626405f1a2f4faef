"""Decisions: what was chosen, by which rule, from which inputs, against which alternatives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from groundplan.base.origin import BUILT_IN, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A choice that was rejected; `cost` is what it would cost, in words with units, where known."""

    choice: str
    why_not: str
    cost: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One fact that a decision rests on, such as `rows` = `20 000 000`."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One choice of a pass.

    `object` is dotted and starts with the stage: `postgres.posts.author_id`, `postgres.posts.posts_slug_key`.
    `topic` says what was decided about it (`type`, `key`, `index`), `choice` what, `reason` why in one sentence,
    `rule` is the file stem of the pass that decided. `pin` is the key that forces the choice under `decisions:`,
    in the plan's words (`postgres.Post.author.type`); `is_pinned` tells that the plan did.
    """

    object: str
    topic: str
    choice: str
    rule: str
    reason: str
    pin: str
    inputs: tuple[Input, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    is_pinned: bool = False
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A number the plan does not give; `if_wrong` says what would change if it were wrong by ten times."""

    object: str
    fact: str
    value: str
    if_wrong: str
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a pass settles on for one pin key; `is_pinned` tells that the plan forced it."""

    value: str
    is_pinned: bool


def settle(pins: Mapping[str, str], *, key: str, default: str, among: Iterable[str]) -> Choice:
    """Return the pinned choice where the plan pins `key` to one of `among`, else the default.

    A pin outside `among` is left for the check that every pin was honoured; it never raises here.
    """
    wish = pins.get(key)
    if wish is not None and wish in set(among):
        return Choice(value=wish, is_pinned=True)
    return Choice(value=default, is_pinned=False)
