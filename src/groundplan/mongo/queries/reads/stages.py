"""Stages of a pipeline while it grows: a `$lookup` learns late what is wanted of the documents that it finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from groundplan.mongo.model import KEY
from groundplan.mongo.queries.filters import together
from groundplan.mongo.queries.model import Bson, Command


@dataclass(slots=True, kw_only=True, eq=False)
class LookupStage:
    """A `$lookup` in the making; `name` is the field it fills.

    It finds documents of the collection `source` whose `foreign` equals `local`, or takes those of the list
    `documents`. `variables` are what its pipeline knows of the document outside. `needed` are the paths that somebody
    asked for; with `is_projected` no others are kept.
    """

    name: str
    source: str | None = None
    local: str | None = None
    foreign: str | None = None
    documents: Bson = None
    variables: dict[str, Bson] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    needed: dict[str, None] = field(default_factory=dict)
    is_projected: bool = True

    def command(self) -> Command:
        """Return the stage as the server takes it."""
        stages = list(rendered(self.stages))
        if self.is_projected:
            stages.append({"$project": projection(self.needed)})
        found: dict[str, Bson] = {}
        if self.source is not None:
            found["from"] = self.source
        if self.local is not None and self.foreign is not None:
            found |= {"localField": self.local, "foreignField": self.foreign}
        if self.variables:
            found["let"] = dict(self.variables)
        if self.source is None:
            stages.insert(0, {"$documents": self.documents})
        found |= {"pipeline": tuple(stages), "as": self.name}
        return {"$lookup": found}


Stage = LookupStage | Command


def rendered(stages: Iterable[Stage]) -> tuple[Command, ...]:
    """Return stages as the server takes them, matches that follow each other as one."""
    found: list[Command] = []
    for stage in stages:
        command = stage.command() if isinstance(stage, LookupStage) else stage
        match found[-1:], command:
            case [{"$match": Mapping() as before}], {"$match": Mapping() as after} if "$text" not in after:
                found[-1] = {"$match": together([before, after])}
            case _:
                found.append(command)
    return tuple(found)


def projection(paths: Iterable[str]) -> Command:
    """Return the projection that keeps these paths; the key goes where nobody wants it."""
    kept = outermost(paths)
    if not kept:
        return {KEY: 1}
    without_key: dict[str, Bson] = {} if KEY in kept else {KEY: 0}
    return {**without_key, **dict.fromkeys(kept, 1)}


def outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Return paths without those inside another one, in their order."""
    every = tuple(dict.fromkeys(paths))
    return tuple(path for path in every if not any(path.startswith(f"{other}.") for other in every))
