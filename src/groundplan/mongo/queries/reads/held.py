"""Where rows are in the documents of a pipeline, and which names its documents have."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundplan.logical.model import Relation
from groundplan.mongo.queries.reads.stages import LookupStage


@dataclass(slots=True, kw_only=True, eq=False)
class At:
    """Where a row is in the documents of a pipeline.

    `levels` are the paths of the documents around it, from the top of its collection's document down to its own; None
    for those that the pipeline does not hold. `stage` is the `$lookup` that found it, inside whose documents the paths
    of a place hold. `is_inside` tells that it is one document inside the one it belongs to, which may have none.
    """

    relation: Relation
    levels: tuple[str | None, ...]
    stage: LookupStage | None = None
    is_inside: bool = False

    def need(self, path: str) -> None:
        """Tell the `$lookup` that a path of its documents is wanted."""
        if self.stage is not None:
            self.stage.needed[path] = None


@dataclass(slots=True)
class Names:
    """The fields that documents of a pipeline have."""

    taken: set[str] = field(default_factory=set)

    def take(self, wish: str) -> str:
        """Return a name like the wish that no field has."""
        name = wish
        while name in self.taken:
            name = f"{name}_"
        self.taken.add(name)
        return name
