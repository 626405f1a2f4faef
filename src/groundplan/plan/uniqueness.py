"""Which attributes and references tell the rows of an entity apart."""

from __future__ import annotations

from groundplan.plan.expressions import Path
from groundplan.plan.model import Arrow
from groundplan.plan.paths import key_paths, member_path
from groundplan.plan.scope import Scope


def unique_sets(entity: str, *, scope: Scope) -> tuple[frozenset[Path], ...]:
    """Return the sets of attributes and references of which no two rows have the same, where none of them is missing.

    Sets that are unique under a condition are left out. A key with references in it counts twice: as its members, and
    as the single attributes that these stand for.
    """
    found = [frozenset(key_paths(entity, scope=scope)), _members(entity, scope.key(entity), scope=scope)]
    for attribute in scope.attributes(entity).values():
        if attribute.is_unique:
            found.append(_members(entity, (attribute.name,), scope=scope))
    for name, hop in scope.references_of(entity).items():
        if scope.relationship(hop.relationship).arrow is Arrow.ONE_TO_ONE:
            found.append(_members(entity, (name,), scope=scope))
    for unique in scope.entity(entity).unique:
        if unique.where is None:
            found.append(_members(entity, unique.members, scope=scope))
    return tuple(dict.fromkeys(paths for paths in found if paths))


def required_unique_sets(entity: str, *, scope: Scope) -> tuple[frozenset[Path], ...]:
    """Return the unique sets whose members no row lacks: each tells all rows apart."""
    return tuple(paths for paths in unique_sets(entity, scope=scope) if not any(path.is_optional for path in paths))


def _members(entity: str, members: tuple[str, ...], *, scope: Scope) -> frozenset[Path]:
    found = [member_path(entity, member, scope=scope) for member in members]
    return frozenset(path for path in found if path is not None) if None not in found else frozenset()
