"""Effort: what a pattern makes the server and the wire do, in things that can be counted."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.mongo.design.costs import coefficients as takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What one run of a pattern does on average.

    `pipelines` are aggregations, `lookups` their `$lookup` stages and `searches` the index searches these make;
    `elements` are array elements looked at; `written` documents are inserted, changed or deleted, and `rewritten` bytes
    belong to documents that change; `reindexed` elements are in arrays with an index that change.
    """

    round_trips: float = 0.0
    pipelines: float = 0.0
    documents: float = 0.0
    entries: float = 0.0
    bytes_read: float = 0.0
    bytes_returned: float = 0.0
    fields_returned: float = 0.0
    elements: float = 0.0
    sorted: float = 0.0
    lookups: float = 0.0
    searches: float = 0.0
    commits: float = 0.0
    transactions: float = 0.0
    written: float = 0.0
    entries_written: float = 0.0
    rewritten: float = 0.0
    reindexed: float = 0.0

    def __add__(self, other: Effort) -> Effort:
        return Effort(
            round_trips=self.round_trips + other.round_trips,
            pipelines=max(self.pipelines, other.pipelines),
            documents=self.documents + other.documents,
            entries=self.entries + other.entries,
            bytes_read=self.bytes_read + other.bytes_read,
            bytes_returned=self.bytes_returned + other.bytes_returned,
            fields_returned=self.fields_returned + other.fields_returned,
            elements=self.elements + other.elements,
            sorted=self.sorted + other.sorted,
            lookups=self.lookups + other.lookups,
            searches=self.searches + other.searches,
            commits=max(self.commits, other.commits),
            transactions=max(self.transactions, other.transactions),
            written=self.written + other.written,
            entries_written=self.entries_written + other.entries_written,
            rewritten=self.rewritten + other.rewritten,
            reindexed=self.reindexed + other.reindexed,
        )

    def microseconds(self, *, missing: float) -> float:
        """Return what one run takes; `missing` is the share of pages that are not in memory."""
        pages = self.documents + self.bytes_read / takes.PAGE_BYTES + self.written
        return (
            self.round_trips * takes.ROUND_TRIP
            + self.pipelines * takes.PIPELINE
            + self.documents * takes.DOCUMENT
            + self.entries * takes.ENTRY
            + self.bytes_read * takes.READ_BYTE
            + self.bytes_returned * takes.RETURNED_BYTE
            + self.fields_returned * takes.RETURNED_FIELD
            + self.elements * takes.ELEMENT
            + self.sorted * takes.SORTED
            + self.lookups * takes.LOOKUP
            + self.searches * takes.LOOKED_UP
            + self.commits * takes.COMMIT
            + self.transactions * takes.TRANSACTION
            + self.written * takes.WRITTEN
            + self.entries_written * takes.ENTRY_WRITTEN
            + self.rewritten * takes.REWRITTEN_BYTE
            + self.reindexed * takes.REINDEXED_ELEMENT
            + pages * missing * takes.PAGE_READ
        )


NOTHING = Effort()


def share_missing(data_bytes: float, memory_bytes: float = takes.MEMORY_BYTES) -> float:
    """Return the share of accesses whose page is not in memory, where hot pages are kept first."""
    if data_bytes <= memory_bytes:
        return 0.0
    hot = data_bytes * takes.HOT_SHARE
    if memory_bytes >= hot:
        return (1 - takes.HOT_ACCESS) * (1 - (memory_bytes - hot) / (data_bytes - hot))
    return takes.HOT_ACCESS * (1 - memory_bytes / hot) + (1 - takes.HOT_ACCESS)
