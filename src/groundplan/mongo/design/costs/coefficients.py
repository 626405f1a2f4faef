"""What one unit of effort takes, in microseconds seen by the caller.

Measured with pymongo on mongod 6.0.5, a replica set of one node on a machine with two cores; `bench/coefficients.py`
measures them again, each beside what is written here. What was not measured says where it is from.
"""

from __future__ import annotations

ROUND_TRIP = 160.0
"""One command there and back: `find` of one document of 200 bytes by `_id` took 164."""

PIPELINE = 33.0
"""What `aggregate` takes more than `find` with the same filter, limit and projection: 30 to 35."""

DOCUMENT = 0.65
"""One more document found through an index and read: 1,000 of them took 650 more than one."""

ENTRY = 0.15
"""One index entry that is read: counting 1,000 from the index alone took 150 more than one."""

READ_BYTE = 0.000005
"""A byte of a document that is read but not returned: projecting a field out of 1 MB took 1 to 5 more."""

RETURNED_BYTE = 0.0004
"""A byte that is sent and decoded as one long string: 1 MB took 340."""

RETURNED_FIELD = 0.08
"""A field that is decoded: 1,000 array elements of three fields took 240 more than one."""

ELEMENT = 0.1
"""An array element that a stage looks at: `$unwind` of 5,000 took 480 more than of one."""

SORTED = 0.3
"""A row that is sorted in memory: 1,000 took 300 more than reading them."""

LOOKUP = 45.0
"""A `$lookup` stage, however many documents pass it: with one search it took 60 to 65 more than without."""

LOOKED_UP = 17.5
"""One search of a `$lookup` with a pipeline of its own, without what it finds: 100 of them took 1,750 more."""

COMMIT = 330.0
"""Waiting until a write is in the journal of a majority: an update took 310 to 360 more than finding its document."""

TRANSACTION = 160.0
"""What a transaction of several commands takes beyond them and one wait: 140 to 180 for two updates."""

WRITTEN = 10.0
"""One more document that the same command writes: `updateMany` of 1,000 took 10,000 more."""

ENTRY_WRITTEN = 1.5
"""One index entry that is written: an insert with six indexes took 6 to 11 more than one with none."""

REWRITTEN_BYTE = 0.0002
"""A byte of a document that is changed in place: `$push` to 800 KB took 120 to 240 more than to 200 bytes."""

REINDEXED_ELEMENT = 0.5
"""An element of an array with an index, when the array changes: a push to 1,000 took 450 to 500 more than to one."""

PAGE_READ = 100.0
"""A page that is not in memory, from a solid-state disk: 80 to 120 microseconds by their data sheets."""

PAGE_BYTES = 32_768
"""WiredTiger's largest leaf page (`leaf_page_max`, MongoDB manual, storage.wiredTiger)."""

MEMORY_BYTES = 16 * 2**30
"""Memory for data where nothing is declared."""

HOT_SHARE, HOT_ACCESS = 0.2, 0.8
"""A fifth of the data gets four fifths of the accesses (Pareto's rule of thumb)."""

RARE = 1 / 60
"""How often per second a pattern runs whose rate nothing says."""

CHANGES_A_YEAR = 1.0
"""How often a year an attribute changes that no access pattern writes."""

SECONDS_A_YEAR = 31_557_600.0

FIRST_PAGES = 0.75
"""The share of readers of pages that stop at the first."""

DOCUMENT_LIMIT = 16 * 2**20
"""The largest document (MongoDB manual, Limits and Thresholds)."""

NESTING_LIMIT = 3
"""Documents in documents in documents; the server takes 100, people and array filters do not."""
