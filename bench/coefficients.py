"""Measure every coefficient of the document cost model on mongod, beside what the model takes it for.

Each is the difference between a command that does something many times and one that hardly does it, both run in turn.
`python bench/coefficients.py [--quick]`; on a machine that is busy read the last column, which holds each ratio
against that of a round trip.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from statistics import quantiles
from typing import Any

from pymongo import MongoClient, WriteConcern
from pymongo.collection import Collection
from pymongo.database import Database
from results import environment, write_section

from groundplan.mongo.design.costs import coefficients
from groundplan.mongo.server import start_mongod

Documents = Collection[dict[str, Any]]
Command = Callable[[], object]

MEGABYTE = 1_000_000
MANY = 1_000


def nothing() -> None:
    """Do nothing: what a coefficient is the whole of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A coefficient's name: `heavy` does `units` of it more than `light`; `after` puts back what they changed."""

    name: str
    heavy: Command
    light: Command = nothing
    units: float = 1.0
    after: Command = nothing


def measured(probe: Probe, runs: int) -> float:
    """Return the microseconds of one unit: between what each command takes where little gets in its way."""
    heavy, light = [], []
    for _ in range(runs):
        heavy.append(microseconds(probe.heavy))
        light.append(microseconds(probe.light))
        probe.after()
    return (_undisturbed(heavy) - _undisturbed(light)) / probe.units


def _undisturbed(times: list[float]) -> float:
    """Return the time that a fifth stay below: what else runs on the machine only ever adds."""
    return quantiles(times, n=5)[0]


def microseconds(command: Command) -> float:
    """Return what one call takes."""
    start = time.perf_counter()
    command()
    return (time.perf_counter() - start) * 1_000_000


class Probes:
    """Collections to probe, and one probe for each coefficient that can be measured."""

    def __init__(self, client: MongoClient[dict[str, Any]]) -> None:
        self._client = client
        self._database: Database[dict[str, Any]] = client["coefficients"]
        self._hasty = self._database.with_options(write_concern=WriteConcern(w=1, j=False))
        self._numbers = count(10 * MANY)
        self._rows = self._filled(
            "rows", ({"_id": at, "group": min(at, 1), "number": at, "nobody": -at} for at in range(MANY + 1))
        )
        self._rows.create_index("group")
        self._large = self._filled(
            "large",
            (
                {"_id": "small", "number": 1, "text": "x"},
                {"_id": "large", "text": "x" * MEGABYTE, "number": 1},
                {"_id": "short", "elements": [_element(0)]},
                {"_id": "long", "elements": [_element(at) for at in range(5 * MANY)]},
                {"_id": "fields", "elements": [_element(at) for at in range(MANY)]},
            ),
        )

    def _filled(self, name: str, documents: Iterator[dict[str, Any]] | tuple[dict[str, Any], ...]) -> Documents:
        self._hasty[name].insert_many(documents)
        return self._database[name]

    def all(self) -> Iterator[Probe]:
        """Yield the probes, a round trip first."""
        for _ in range(MANY):
            self._find()  # the first commands of a connection take longer
        yield Probe(name="ROUND_TRIP", heavy=self._find)
        yield from self._reads()
        yield from self._joins()
        yield from self._writes()
        yield from self._arrays()

    def _find(self) -> object:
        return self._rows.find_one({"_id": 1})

    def _pipeline(self, collection: Documents, *stages: dict[str, Any]) -> Command:
        return lambda: list(collection.aggregate(list(stages)))

    def _reads(self) -> Iterator[Probe]:
        rows, large = self._rows, self._large
        one, many = {"$match": {"group": 0}}, {"$match": {"group": 1}}
        fetched = {"$match": {"group": 1, "number": {"$gte": 0}}}
        number = {"$count": "rows"}
        last = {"$skip": MANY - 1}
        renamed = {"_id": 0, "id": "$_id", "number": 1}
        yield Probe(
            name="PIPELINE",
            heavy=self._pipeline(rows, {"$match": {"group": 0}}, {"$limit": 1}, {"$project": renamed}),
            light=lambda: list(rows.find({"group": 0}, renamed).limit(1)),
        )
        counted = self._pipeline(rows, many, number)
        yield Probe(name="ENTRY", heavy=counted, light=self._pipeline(rows, one, number), units=MANY)
        yield Probe(name="DOCUMENT", heavy=self._pipeline(rows, fetched, number), light=counted, units=MANY)
        yield Probe(
            name="SORTED",
            heavy=self._pipeline(rows, fetched, {"$sort": {"number": -1}}, last),
            light=self._pipeline(rows, fetched, last),
            units=MANY,
        )
        yield Probe(
            name="READ_BYTE",
            heavy=lambda: large.find_one({"_id": "large"}, {"number": 1}),
            light=lambda: large.find_one({"_id": "small"}, {"number": 1}),
            units=MEGABYTE,
        )
        yield Probe(
            name="RETURNED_BYTE",
            heavy=lambda: large.find_one({"_id": "large"}),
            light=lambda: large.find_one({"_id": "large"}, {"number": 1}),
            units=MEGABYTE,
        )
        yield Probe(
            name="RETURNED_FIELD",
            heavy=lambda: large.find_one({"_id": "fields"}),
            light=lambda: large.find_one({"_id": "short"}),
            units=3 * MANY,
        )
        unwound = {"$unwind": "$elements"}
        yield Probe(
            name="ELEMENT",
            heavy=self._pipeline(large, {"$match": {"_id": "long"}}, unwound, number),
            light=self._pipeline(large, {"$match": {"_id": "short"}}, unwound, number),
            units=5 * MANY,
        )

    def _joins(self) -> Iterator[Probe]:
        rows, searched = self._rows, 100
        lookup = {
            "$lookup": {
                "from": "rows",
                "localField": "nobody",
                "foreignField": "_id",
                "pipeline": [{"$project": {"number": 1}}],
                "as": "found",
            }
        }
        one, some = {"$match": {"_id": 1}}, {"$match": {"_id": {"$gte": 1, "$lte": searched}}}
        kept = {"$project": {"_id": 0, "number": "$found.number"}}
        joined, alone = self._pipeline(rows, one, lookup, kept), self._pipeline(rows, one, kept)
        yield Probe(name="LOOKUP", heavy=joined, light=alone)
        yield Probe(name="LOOKED_UP", heavy=self._pipeline(rows, some, lookup, kept), light=joined, units=searched)

    def _writes(self) -> Iterator[Probe]:
        rows = self._rows

        def write(at: int = 1) -> object:
            return rows.update_one({"_id": at}, {"$inc": {"counter": 1}})

        def together() -> None:
            with self._client.start_session() as session, session.start_transaction():
                rows.update_one({"_id": 2}, {"$inc": {"counter": 1}}, session=session)
                rows.update_one({"_id": 3}, {"$inc": {"counter": 1}}, session=session)

        def write_and_find() -> None:
            write()
            self._find()

        many = self._hasty["rows"]
        yield Probe(name="COMMIT", heavy=write, light=self._find)
        yield Probe(name="TRANSACTION", heavy=together, light=write_and_find)
        yield Probe(
            name="WRITTEN",
            heavy=lambda: many.update_many({"group": 1}, {"$inc": {"counter": 1}}),
            light=lambda: many.update_many({"group": 0}, {"$inc": {"counter": 1}}),
            units=MANY,
        )
        indexed, plain = self._hasty["indexed"], self._hasty["plain"]
        names = [f"field_{at}" for at in range(6)]
        for name in names:
            indexed.create_index(name)
        plain.insert_one({})

        def insert(into: Documents) -> object:
            number = next(self._numbers)
            return into.insert_one(dict.fromkeys(names, number))

        yield Probe(name="ENTRY_WRITTEN", heavy=lambda: insert(indexed), light=lambda: insert(plain), units=len(names))

    def _arrays(self) -> Iterator[Probe]:
        yield self._pushing("REWRITTEN_BYTE", text=8 * MEGABYTE // 10, elements=1, index=None, units=0.8 * MEGABYTE)
        yield self._pushing("REINDEXED_ELEMENT", text=1, elements=MANY, index="elements.number", units=MANY)

    def _pushing(self, name: str, *, text: int, elements: int, index: str | None, units: float) -> Probe:
        into = self._hasty[name.lower()]
        into.insert_many(
            [
                {"_id": "light", "text": "x", "elements": [_element(0)]},
                {"_id": "heavy", "text": "x" * text, "elements": [_element(at) for at in range(elements)]},
            ]
        )
        if index is not None:
            into.create_index(index)

        def push(which: str) -> Command:
            return lambda: into.update_one({"_id": which}, {"$push": {"elements": _element(-1)}})

        def pop() -> object:
            return into.update_many({}, {"$pop": {"elements": 1}})

        return Probe(name=name, heavy=push("heavy"), light=push("light"), units=units, after=pop)


def _element(number: int) -> dict[str, Any]:
    return {"number": number, "text": "abcdefgh", "is_good": True}


def table(found: dict[str, float]) -> str:
    """Render the section."""
    trip = found["ROUND_TRIP"] / coefficients.ROUND_TRIP
    lines = [
        "Microseconds a unit: differences of commands that ran in turn, of the time that a fifth of them stay below.",
        "The last column is the ratio divided by that of a round trip: what is far from 1 there is out of proportion.",
        "LOOKUP is measured with one search, which the model prices apart.",
        "",
        environment(),
        "",
        "| coefficient | in the model | measured | ratio | to a round trip |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, value in found.items():
        constant: float = getattr(coefficients, name)
        ratio = value / constant
        lines.append(f"| {name} | {constant:g} | {value:.3g} | {ratio:.2f} | {ratio / trip:.2f} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print and write; a quick run writes nothing."""
    parser = ArgumentParser(description="Measure the coefficients of the document cost model.")
    parser.add_argument("--quick", action="store_true", help="few runs; prints and writes nothing")
    is_quick = parser.parse_args().quick
    with (
        start_mongod() as server,
        MongoClient[dict[str, Any]](server.uri, w="majority", journal=True) as client,
    ):
        found = {probe.name: measured(probe, 20 if is_quick else 200) for probe in Probes(client).all()}
    text = table(found)
    print(text)
    if not is_quick:
        write_section("Coefficients of the document cost model", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
