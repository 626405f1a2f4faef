"""Keys that the steps of a transaction hand on: of rows that a step inserted, and of rows that it named.

What follows a step is about the same rows: the tags are those of the post that was just written. A key of several
attributes is not handed on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from groundplan.logical.model import Relation
from groundplan.postgres.queries.model import CompiledPattern, CompiledWrite, QueryParameter
from groundplan.prove.attempts import Attempt, Grounds, attributes_of, parameters_of
from groundplan.prove.trials import Row
from groundplan.rows.model import Value


class HandedKeys:
    """The keys of one run by entity; what the first step names, the later ones are about."""

    def __init__(self, grounds: Grounds) -> None:
        self._grounds = grounds
        self._inserted: dict[str, Value] = {}
        self._known: dict[str, object] = {}

    def add(self, entity: str, key: Value) -> None:
        """Note the key of a row that a step inserted."""
        self._inserted[entity] = self._known[entity] = key

    def parameters(self, compiled: CompiledPattern, attempt: Attempt) -> Mapping[str, object]:
        """Return the parameters of a step, with the keys that were handed on in their places."""
        if attempt.batch and isinstance(compiled, CompiledWrite):
            return self._of_batch(compiled, attempt)
        return self._of_statement(attempt)

    def _of_statement(self, attempt: Attempt) -> Mapping[str, object]:
        """Hand on what was inserted or named, once for each entity: a second key of one stays as it is."""
        parameters, placed = dict(attempt.parameters), set[str]()
        for parameter in attempt.statement.parameters:
            entity = None if parameter.type.endswith("[]") else self._entity(parameter)
            if entity is not None and entity not in placed:
                placed.add(entity)
                parameters[parameter.name] = self._known.setdefault(entity, parameters[parameter.name])
        return parameters

    def _of_batch(self, compiled: CompiledWrite, attempt: Attempt) -> Mapping[str, object]:
        """Let all rows of a batch point at what was inserted; of those that are then one and the same, keep one."""
        handed: dict[str, Value] = {}
        placed = set[str]()
        for name, parameter in attributes_of(compiled, grounds=self._grounds).items():
            entity = self._entity(parameter)
            if entity is not None and entity in self._inserted and entity not in placed:
                placed.add(entity)
                handed[name] = self._inserted[entity]
        if not handed:
            return attempt.parameters
        relation = self._grounds.logical.relation(self._grounds.schema.table(compiled.table).relation or "")
        keys = (relation.primary_key, *(key.attributes for key in relation.candidate_keys if key.where is None))
        rows = [{**row, **_parted(relation, handed), **handed} for row in attempt.batch]
        return parameters_of(compiled, _distinct(rows, keys), grounds=self._grounds)

    def _entity(self, parameter: QueryParameter) -> str | None:
        """Return the entity whose key a parameter is, or holds; None for any other value."""
        if parameter.like is None:
            return None
        found = self._grounds.lookup.attribute(parameter.like)
        relation = self._grounds.lookup.relation(parameter.like.reached)
        return relation.source if found == (relation.name, *relation.primary_key) else None


def _parted(relation: Relation, handed: Mapping[str, Value]) -> Row:
    """Return what clears optional references that agree on what was handed on: a reply stays under its own post."""
    return {
        name: None
        for reference in relation.references
        if reference.is_optional and not handed.keys().isdisjoint(reference.agrees)
        for name in reference.attributes
        if name not in reference.agrees
    }


def _distinct(rows: Sequence[Row], keys: Sequence[tuple[str, ...]]) -> list[Row]:
    """Return the first of the rows that have the same values of one of these keys; NULL is never the same."""
    found: list[Row] = []
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        values = ((key, *(row.get(name) for name in key)) for key in keys)
        own = {value for value in values if None not in value}
        if not own & seen:
            seen |= own
            found.append(row)
    return found
