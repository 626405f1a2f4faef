"""Dotted paths: from an entity along relationships to an attribute, or to a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeGuard

from groundplan.base.origin import Origin
from groundplan.plan.defects import UnknownName
from groundplan.plan.expressions import Expression, Hop, Path
from groundplan.plan.model import Arrow, Attribute
from groundplan.plan.scope import Scope

Collection = tuple[Hop, ...]
"""The hops of a path up to the last one to many: the rows that it looks at one by one."""


def path_from(entity: str, steps: Sequence[str], *, scope: Scope, place: Callable[[int], Origin]) -> Path | UnknownName:
    """Follow steps from an entity; `place` leads from the position of a step to where it stands."""
    hops: list[Hop] = []
    at = entity
    for position, step in enumerate(steps):
        is_last = position == len(steps) - 1
        attribute = _attribute(at, step, hops=hops, scope=scope) if is_last else None
        if attribute is not None:
            return attribute_path(entity, hops, attribute)
        hop = scope.relationships_from(at).get(step)
        if hop is None:
            return UnknownName(
                entity=at,
                name=step,
                attributes=tuple(scope.attributes(at)),
                relationships=tuple(scope.relationships_from(at)),
                is_last=is_last,
                link=_link_with(step, hops=hops, scope=scope),
                origin=place(position),
            )
        hops.append(hop)
        at = hop.target
    return row_path(entity, hops, scope=scope)


def attribute_path(entity: str, hops: Sequence[Hop], attribute: Attribute) -> Path:
    """Return the path to an attribute at the end of hops."""
    is_optional = attribute.is_optional or any(hop.is_optional for hop in hops)
    return Path(entity=entity, hops=tuple(hops), attribute=attribute.name, type=attribute.type, is_optional=is_optional)


def row_path(entity: str, hops: Sequence[Hop], *, scope: Scope) -> Path:
    """Return the path to the row at the end of hops."""
    reached = hops[-1].target if hops else entity
    is_optional = any(hop.is_optional for hop in hops)
    return Path(entity=entity, hops=tuple(hops), attribute=None, type=scope.key_type(reached), is_optional=is_optional)


def member_path(entity: str, member: str, *, scope: Scope, hops: Sequence[Hop] = ()) -> Path | None:
    """Return the path to an attribute of an entity, or to a row that it references; None where it has no such member.

    `hops` lead to the entity from where the path begins.
    """
    start = hops[0].source if hops else entity
    attribute = scope.attributes(entity).get(member)
    if attribute is not None:
        return attribute_path(start, hops, attribute)
    hop = scope.references_of(entity).get(member)
    return None if hop is None else row_path(start, (*hops, hop), scope=scope)


def key_paths(entity: str, *, scope: Scope, hops: Sequence[Hop] = ()) -> tuple[Path, ...]:
    """Return the paths to the single attributes of an entity's key; a reference in it stands for its target's key.

    A key that is made of itself gives none.
    """
    return _key_paths(entity, scope=scope, hops=tuple(hops), seen=())


def _key_paths(entity: str, *, scope: Scope, hops: tuple[Hop, ...], seen: tuple[str, ...]) -> tuple[Path, ...]:
    found: list[Path] = []
    for member in () if entity in seen else scope.key(entity):
        path = member_path(entity, member, scope=scope, hops=hops)
        if path is None:
            continue
        if path.attribute is None and path.type is None:
            found.extend(_key_paths(path.reached, scope=scope, hops=path.hops, seen=(*seen, entity)))
        else:
            found.append(path)
    return tuple(found)


def collection_of(path: Path) -> Collection:
    """Return the rows that a path looks at one by one; empty where it reaches one row at most."""
    last = max((position for position, hop in enumerate(path.hops, start=1) if hop.is_many), default=0)
    return path.hops[:last]


def is_composite(expression: Expression) -> TypeGuard[Path]:
    """Tell whether an expression is a row whose key has several attributes."""
    return isinstance(expression, Path) and expression.attribute is None and expression.type is None


def _attribute(entity: str, name: str, *, hops: Sequence[Hop], scope: Scope) -> Attribute | None:
    """Find an attribute of the reached entity, or of any entity that a polymorphic hop can reach."""
    candidates = [entity]
    if hops and not hops[-1].is_inverse:
        candidates += [target for target in scope.relationship(hops[-1].relationship).targets if target != entity]
    for candidate in candidates:
        if candidate in scope.subjects and name in scope.attributes(candidate):
            return scope.attributes(candidate)[name]
    return None


def _link_with(name: str, *, hops: Sequence[Hop], scope: Scope) -> str | None:
    """Return the n:m relationship just walked, where its link has an attribute of this name."""
    if not hops:
        return None
    relationship = scope.relationship(hops[-1].relationship)
    has_it = relationship.arrow is Arrow.MANY_TO_MANY and name in scope.link_attributes(relationship.label)
    return relationship.label if has_it else None
