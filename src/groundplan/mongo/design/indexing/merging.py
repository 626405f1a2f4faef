"""When one index does the work of another: the same keys in front, and documents enough.

Keys that are all compared by equality can stand in any order; an index can be told to put first what another one needs.
What follows them has its order, and the direction of all of it can be turned round, for an index is read both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundplan.mongo.design.indexing.unique import conditions_of, is_presence_of
from groundplan.mongo.design.partial_filters import Filter
from groundplan.mongo.model import Index, IndexKey, KeyKind

ENOUGH_SHARE = 0.5
"""An index over more documents does a partial one's work where at least this share of them is wanted."""

WIDENED_FROM_SHARE = 0.8
"""A partial index that leaves out fewer documents than the rest may take them in, to serve one who needs all."""

_TURNED = {KeyKind.ASCENDING: KeyKind.DESCENDING, KeyKind.DESCENDING: KeyKind.ASCENDING}


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The keys of an index, taken apart: `groups` can be ordered within themselves, `tail` is as it is."""

    groups: tuple[tuple[IndexKey, ...], ...]
    tail: tuple[IndexKey, ...]

    @property
    def keys(self) -> tuple[IndexKey, ...]:
        """The keys in their order."""
        return (*(key for group in self.groups for key in group), *self.tail)


def arranged(keys: Sequence[IndexKey], *, free: int) -> Arrangement:
    """Take keys apart of which the first `free` can stand in any order."""
    return Arrangement((tuple(keys[:free]),) if free else (), tuple(keys[free:]))


def is_sorted(index: Index) -> bool:
    """Tell whether an index has its documents in an order: no text, sphere, hash or wildcard is among its keys."""
    return all(key.kind in _TURNED and not key.path.endswith("$**") for key in index.keys)


def is_text(index: Index) -> bool:
    """Tell whether an index is for text searches."""
    return any(key.kind is KeyKind.TEXT for key in index.keys)


def arranged_for(index: Arrangement, wanted: Sequence[IndexKey], *, free: int) -> Arrangement | None:
    """Order the keys of an index so that it does what `wanted` would; None where no order does."""
    for is_turned in (False, True):
        found = _Match(index, is_turned=is_turned).prefix(wanted, free=free)
        if found is not None:
            return found
    return None


class _Match:
    """One attempt: walks through an arrangement from the front, splitting groups where it has to."""

    def __init__(self, index: Arrangement, *, is_turned: bool) -> None:
        self._groups = list(index.groups)
        self._tail = index.tail
        self._is_turned = is_turned
        self._done: list[tuple[IndexKey, ...]] = []
        self._used = 0

    def prefix(self, wanted: Sequence[IndexKey], *, free: int) -> Arrangement | None:
        if not self._take_set({key.path for key in wanted[:free]}):
            return None
        if not all(self._take_next(key) for key in wanted[free:]):
            return None
        return Arrangement((*self._done, *self._groups), self._tail)

    def _take_set(self, needed: set[str]) -> bool:
        while needed:
            if self._groups:
                group = self._groups.pop(0)
                inside = tuple(key for key in group if key.path in needed)
                rest = tuple(key for key in group if key.path not in needed)
                if not inside or (rest and len(inside) < len(needed)):
                    return False
                self._done.append(inside)
                if rest:
                    self._groups.insert(0, rest)
                needed -= {key.path for key in inside}
            elif self._used < len(self._tail) and self._tail[self._used].path in needed:
                needed.discard(self._tail[self._used].path)
                self._used += 1
            else:
                return False
        return True

    def _take_next(self, wanted: IndexKey) -> bool:
        if self._groups:
            group = self._groups.pop(0)
            inside = tuple(key for key in group if key.path == wanted.path)
            rest = tuple(key for key in group if key.path != wanted.path)
            if not inside:
                return False
            # The key was compared by equality only, so its direction is free.
            self._done.append((_turned(wanted) if self._is_turned else wanted,))
            if rest:
                self._groups.insert(0, rest)
            return True
        if self._used >= len(self._tail):
            return False
        key = self._tail[self._used]
        self._used += 1
        return key == (_turned(wanted) if self._is_turned else wanted)


def _turned(key: IndexKey) -> IndexKey:
    return replace(key, kind=_TURNED[key.kind])


def is_implied(where: Filter | None, *, by: Index, free: int) -> bool:
    """Tell whether every document that `by` would hold passes `where`, or cannot be asked for.

    An equality never finds what is not there, so that `$exists` leaves out nothing of the `free` keys.
    """
    compared = frozenset(key.path for key in by.keys[:free])
    said = conditions_of(by.where)
    return all(part in said or is_presence_of(part, compared) for part in conditions_of(where))
