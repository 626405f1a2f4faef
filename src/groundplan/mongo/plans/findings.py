"""What a plan says, whichever shape it is told in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRead:
    """How one collection was read: `node` names the stages, `indexes` is empty where it was read from its beginning.

    `keys` and `documents` were examined in all of the `loops`, `kept` documents were handed on. `is_bounded` tells
    whether an index was entered at some of its keys, and not read through.
    """

    node: str
    collection: str
    indexes: tuple[str, ...]
    is_whole: bool
    is_bounded: bool
    keys: int
    documents: int
    kept: int
    loops: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySort:
    """A sort that no index gave: how many documents went in, how many were handed on, and whether it used the disk."""

    key: tuple[str, ...]
    sorted: int
    used: int
    is_spilled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFindings:
    """One executed command; `text` is the explain output as JSON, without what belongs to the server alone."""

    returned: int
    reads: tuple[CollectionRead, ...]
    sorts: tuple[MemorySort, ...]
    spills: tuple[str, ...]
    milliseconds: float
    text: str

    @property
    def documents(self) -> int:
        """The documents examined in all."""
        return sum(read.documents for read in self.reads)

    @property
    def keys(self) -> int:
        """The index keys examined in all."""
        return sum(read.keys for read in self.reads)

    @property
    def examined(self) -> int:
        """What was looked at in all: of each collection its documents, or its keys where these were enough."""
        return sum(read.documents or read.keys for read in self.reads)

    @property
    def indexes(self) -> tuple[str, ...]:
        """The indexes used, in reading order."""
        return tuple(dict.fromkeys(name for read in self.reads for name in read.indexes))
