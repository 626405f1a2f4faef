"""The attributes that a key is made of, once references in it are spelled out."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.errors import PlanInvalid
from groundplan.logical.names import attribute_name, reference_name
from groundplan.plan.scope import Scope
from groundplan.plan.types import AttributeType


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    """One attribute of an entity's key: its logical name and its type."""

    name: str
    type: AttributeType


class Keys:
    """The keys of a plan's entities; each is worked out once."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known: dict[str, tuple[KeyAttribute, ...]] = {}

    def of(self, entity: str) -> tuple[KeyAttribute, ...]:
        """Return the attributes of an entity's key, in its order.

        A relationship in a key stands for the key of its target: `Reading.device` for `device_id`. Raises PlanInvalid
        where keys are made of each other.
        """
        return self._of(entity, inside=())

    def _of(self, entity: str, *, inside: tuple[str, ...]) -> tuple[KeyAttribute, ...]:
        if entity in self._known:
            return self._known[entity]
        if entity in inside:
            raise PlanInvalid((self._endless(inside),))
        found: list[KeyAttribute] = []
        attributes = self._scope.attributes(entity)
        references = self._scope.references_of(entity)
        for member in self._scope.key(entity):
            if member in attributes:
                found.append(KeyAttribute(attribute_name(member), attributes[member].type))
                continue
            target = self._of(references[member].target, inside=(*inside, entity))
            found.extend(KeyAttribute(reference_name(member, key.name), key.type) for key in target)
        self._known[entity] = tuple(dict.fromkeys(found))
        return self._known[entity]

    def _endless(self, inside: tuple[str, ...]) -> Diagnostic:
        names = ", ".join(sorted(inside))
        return Diagnostic(
            code="LG001",
            message=f"the keys of {names} are made of each other",
            origin=self._scope.entity(inside[0]).origin,
            help="give one of them a key of its own attributes, or leave `key` out to get a surrogate",
        )
