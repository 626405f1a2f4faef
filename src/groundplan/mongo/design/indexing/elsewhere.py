"""Conditions on documents of other collections, along relationships: what they ask of the collections on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.logical.model import Reference, Relation
from groundplan.mongo.design.indexing.fields import Field, Fields
from groundplan.mongo.design.indexing.request import Request, request_of
from groundplan.mongo.design.indexing.unique import unique_name
from groundplan.plan.expressions import Expression, Hop, Path, paths, with_children


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a condition along relationships asks for.

    `own` are fields of the rows read that one value is asked of, where the condition fixes the row they point at.
    `requests` are what other collections are asked, each with the fields that lead back to the rows read. `is_driver`
    tells that the condition finds few rows by itself, so that the rows read are best looked up from there.
    """

    own: tuple[Field, ...] = ()
    requests: tuple[tuple[Request, tuple[Field, ...]], ...] = ()
    is_driver: bool = False


NOTHING = Beside()


def beside(condition: Expression, *, relation: Relation, fields: Fields) -> Beside:
    """Return what a condition asks of other collections; nothing where it walks several relationships at once."""
    far = [path for path in paths(condition) if fields.of(path) is None]
    walked = {path.hops for path in far}
    if len(walked) != 1 or len(far) != len(paths(condition)):
        return NOTHING
    (hops,) = walked
    start = min(
        (at for at in range(1, len(hops) + 1) if all(fields.of(_cut(path, at)) is not None for path in far)),
        default=len(hops),
    )
    inner = _from(condition, start)
    there = fields.facts.lookup.of_source(_entity(hops, start))
    hop = hops[start - 1]
    request = request_of((inner,), relation=there, fields=fields, is_alive=hop.is_many)
    return _along(hop, request, is_first=start == 1, here=relation, fields=fields)


def _entity(hops: tuple[Hop, ...], start: int) -> str:
    return hops[start].source if start < len(hops) else hops[-1].target


def _cut(path: Path, start: int) -> Path:
    return replace(path, entity=_entity(path.hops, start), hops=path.hops[start:])


def _from(condition: Expression, start: int) -> Expression:
    if isinstance(condition, Path):
        return _cut(condition, start)
    return with_children(condition, lambda child: _from(child, start))


def _along(hop: Hop, request: Request, *, is_first: bool, here: Relation, fields: Fields) -> Beside:
    is_one = unique_name(request) is not None
    reference = fields.facts.lookup.reference(hop)
    if reference is not None:
        # The rows read (or those on the way to them) point at the row that the condition is about.
        if is_one:
            return Beside(own=_own(here, reference, fields) if is_first else (), is_driver=True)
        return Beside(requests=((request, ()),), is_driver=bool(request.equal))
    link = fields.facts.lookup.link(hop)
    if link is not None:
        return _through_link(link, request, is_one=is_one, is_first=is_first, fields=fields)
    stored = fields.facts.lookup.stored_in(hop)
    if stored is None:
        return NOTHING
    return Beside(requests=((request, _own(*stored, fields)),), is_driver=bool(request.equal))


def _through_link(
    link: tuple[Relation, Reference, Reference], request: Request, *, is_one: bool, is_first: bool, fields: Fields
) -> Beside:
    relation, near, far = link
    around = fields.places.embedded(relation.name)
    if is_first and around is not None and around.reference == near.name:
        # The links are an array in the documents of the rows read.
        own = _own(relation, far, fields)
        return Beside(own=own, requests=() if is_one else ((request, ()),), is_driver=is_one or bool(request.equal))
    through = replace(
        request_of((), relation=relation, fields=fields), equal=_own(relation, far, fields), predicates=()
    )
    back = _own(relation, near, fields)
    if is_one:
        return Beside(requests=((through, back),), is_driver=True)
    return Beside(requests=((request, ()), (through, back)), is_driver=bool(request.equal))


def _own(holder: Relation, reference: Reference, fields: Fields) -> tuple[Field, ...]:
    return tuple(fields.own(holder.name, name) for name in reference.attributes if name not in reference.agrees)
