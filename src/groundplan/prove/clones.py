"""New rows that look like old ones: what is inserted between the pages of a walk, so that it lands among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import UUID

from groundplan.logical.model import Relation, RelationKind, Role
from groundplan.plan.expressions import Hop, paths
from groundplan.plan.patterns import ReadPattern
from groundplan.prove.trials import RowOf, SampleGrounds, needed_parents
from groundplan.rows.model import Value

_Row = dict[str, Value]


def clones_of(pattern: ReadPattern, rows: tuple[int, ...], *, grounds: SampleGrounds) -> Iterator[tuple[RowOf, ...]]:
    """Yield copies of rows of the pattern's entity under keys of their own, each with its links of n:m relationships.

    What is unique comes from the sample's spare rows, so there are as many copies as of these. A copy sorts beside its
    original: of a key that is a time-ordered UUID it takes the time, of all else it takes the value.
    """
    relation = grounds.lookup.relation(pattern.entity)
    if not rows:
        rows = tuple(range(min(50, len(grounds.sample.of(relation.name).rows))))
    originals, spare = grounds.sample.of(relation.name), grounds.sample.spare_of(relation.name)
    linked = _linked(pattern, grounds)
    for number, fresh in enumerate(spare.rows):
        position = rows[(number * 7) % len(rows)]
        original = dict(zip(originals.columns, originals.rows[position], strict=True))
        copy = _copy(relation, original, dict(zip(spare.columns, fresh, strict=True)))
        links = [row for link in linked for row in _links(link, original, copy, grounds)]
        parents = needed_parents(relation, [copy], grounds=grounds)
        yield (*parents, (relation, copy), *links)


def _copy(relation: Relation, original: _Row, fresh: _Row) -> _Row:
    pointing = {name for reference in relation.references for name in reference.attributes}
    keys = (relation.primary_key, *(key.attributes for key in relation.candidate_keys))
    renewed = _renewed(keys, pointing=pointing)
    if any(set(key) <= pointing for key in keys):
        renewed |= pointing  # a key made of references alone: the spare row's combination is the one known to be new
    for exclusion in relation.exclusions:
        renewed |= {name for name, _ in exclusion.members}  # the original itself would collide with its copy
    found = {name: fresh[name] if name in renewed else value for name, value in original.items()}
    for attribute in relation.attributes:
        if attribute.role is Role.SURROGATE:
            found[attribute.name] = _beside(original[attribute.name], fresh[attribute.name])
        if attribute.role is Role.DELETED_AT:
            found[attribute.name] = None
    return found


def _renewed(keys: tuple[tuple[str, ...], ...], *, pointing: set[str]) -> set[str]:
    """Return the attributes that have to differ: all of each key that are no reference, for one of them to do."""
    return {name for key in keys for name in key if name not in pointing}


def _beside(original: Value, fresh: Value) -> Value:
    """Return a new key that sorts near another: the original's leading 48 bits with the fresh one's others."""
    if isinstance(original, UUID) and isinstance(fresh, UUID):
        low = (1 << 80) - 1
        return UUID(int=(original.int & ~low) | (fresh.int & low))
    return fresh


def _linked(pattern: ReadPattern, grounds: SampleGrounds) -> tuple[Hop, ...]:
    """Return the n:m steps by which conditions leave the pattern's entity."""
    first = {path.hops[0]: None for path in paths(pattern.where) if path.hops}
    links = {relation.source for relation in grounds.logical.relations if relation.kind is RelationKind.LINK}
    return tuple(hop for hop in first if hop.relationship in links)


def _links(hop: Hop, original: _Row, copy: _Row, grounds: SampleGrounds) -> Iterator[RowOf]:
    """Yield the original's rows of a link, turned to the copy."""
    link = grounds.lookup.relation(hop.relationship)
    near = grounds.lookup.near_side(hop)
    rows = grounds.sample.of(link.name)
    key = tuple(original[name] for name in near.target_attributes)
    renamed: Mapping[str, Value] = {
        here: copy[there] for here, there in zip(near.attributes, near.target_attributes, strict=True)
    }
    for position in grounds.lookup.positions(link.name, near.attributes, key):
        row = dict(zip(rows.columns, rows.rows[position], strict=True))
        yield link, {**row, **renamed}
