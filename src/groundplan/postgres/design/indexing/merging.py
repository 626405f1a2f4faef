"""When one index does the work of another: the same keys in front, and rows enough.

Keys that are all compared by equality can stand in any order; an index can be told to put first what another one needs.
What follows them has its order, and the direction of all of it can be turned round, for a b-tree is read both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundplan.plan.expressions import Expression, IsNull, conjuncts
from groundplan.postgres.design.indexing.conditions import JSON_PATHS
from groundplan.postgres.model import Index, IndexKey, IndexMethod

ENOUGH_SHARE = 0.5
"""An index over more rows does a partial one's work where at least this share of its rows is wanted."""

WIDENED_FROM_SHARE = 0.8
"""A partial index that leaves out fewer rows than the rest may take them in, to serve one who needs all."""


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
        if not self._take_set({(key.expression, key.operator_class) for key in wanted[:free]}):
            return None
        if not all(self._take_next(key) for key in wanted[free:]):
            return None
        return Arrangement((*self._done, *self._groups), self._tail)

    def _take_set(self, needed: set[tuple[Expression, str | None]]) -> bool:
        while needed:
            if self._groups:
                group = self._groups.pop(0)
                inside = tuple(key for key in group if _identity(key) in needed)
                rest = tuple(key for key in group if _identity(key) not in needed)
                if not inside or (rest and len(inside) < len(needed)):
                    return False
                self._done.append(inside)
                if rest:
                    self._groups.insert(0, rest)
                needed -= {_identity(key) for key in inside}
            elif self._used < len(self._tail) and _identity(self._tail[self._used]) in needed:
                needed.discard(_identity(self._tail[self._used]))
                self._used += 1
            else:
                return False
        return True

    def _take_next(self, wanted: IndexKey) -> bool:
        if self._groups:
            group = self._groups.pop(0)
            inside = tuple(key for key in group if _identity(key) == _identity(wanted))
            rest = tuple(key for key in group if _identity(key) != _identity(wanted))
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


def _identity(key: IndexKey) -> tuple[Expression, str | None]:
    return (key.expression, key.operator_class)


def _turned(key: IndexKey) -> IndexKey:
    return replace(key, is_descending=not key.is_descending, is_nulls_first=not key.is_nulls_first)


def is_implied(where: Expression | None, *, by: Index, free: int) -> bool:
    """Tell whether every row that `by` would hold satisfies `where`, or cannot be asked for.

    An equality never finds NULL, so that `x IS NOT NULL` leaves out nothing where x is one of the `free` keys.
    """
    compared = {key.expression for key in by.keys[:free]}
    said = set(conjuncts(by.where))
    return all(
        part in said or (isinstance(part, IsNull) and part.is_negated and part.operand in compared)
        for part in conjuncts(where)
    )


def same_work(index: Index, wanted: Index) -> bool:
    """Tell whether an index of another kind than a b-tree does what `wanted` would."""
    if index.method is not wanted.method or index.method is IndexMethod.BTREE:
        return False
    if index.keys == wanted.keys:
        return True
    is_json = len(index.keys) == len(wanted.keys) == 1 and wanted.keys[0].operator_class == JSON_PATHS
    # The plain operator class for JSON knows containment too.
    return is_json and index.keys[0] == replace(wanted.keys[0], operator_class=None)
