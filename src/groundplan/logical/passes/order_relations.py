"""Put relations and their parts into an order that depends on what they are, not on where the plan declares them."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.graph import strongly_connected
from groundplan.logical.draft import LogicalDraft
from groundplan.logical.model import Reference, Relation, RelationAttribute, RelationKind, Role

_LAST = {Role.CREATED_AT: 1, Role.UPDATED_AT: 2, Role.DELETED_AT: 3}


def order_relations(draft: LogicalDraft) -> LogicalDraft:
    """Put relations and their parts into an order that depends on what they are, not on where the plan declares them.

    A relation comes after those it references; within a cycle after those it requires, else by name. Attributes: the
    key, references, declared ones by name, times.
    """
    by_name = {relation.name: relation for relation in draft.relations}
    order: list[str] = []
    for group in strongly_connected({name: _targets(by_name[name], is_required=False) for name in by_name}):
        order += group if len(group) == 1 else _within_cycle(group, by_name)
    return draft.with_relations(_with_parts_in_order(by_name[name]) for name in order)


def _targets(relation: Relation, *, is_required: bool) -> list[str]:
    return [
        reference.target
        for reference in relation.references
        if not is_required or not (reference.is_optional or reference.is_deferrable)
    ]


def _within_cycle(group: tuple[str, ...], by_name: dict[str, Relation]) -> list[str]:
    """Order a cycle by its required references that are checked at once: `defer_cycles` left no cycle of those."""
    inside = set(group)
    edges = {
        name: [target for target in _targets(by_name[name], is_required=True) if target in inside] for name in group
    }
    return [name for part in strongly_connected(edges) for name in part]


def _with_parts_in_order(relation: Relation) -> Relation:
    key = {name: position for position, name in enumerate(relation.primary_key)}

    def place(attribute: RelationAttribute) -> tuple[int, int, str]:
        if attribute.name in key:
            return (0, key[attribute.name], "")
        if attribute.role is Role.REFERENCE:
            return (1, 0, attribute.name)
        return (2 + _LAST.get(attribute.role, 0), 0, attribute.name)

    return replace(
        relation,
        attributes=tuple(sorted(relation.attributes, key=place)),
        references=relation.references if relation.kind is RelationKind.LINK else _by_word(relation.references),
    )


def _by_word(references: tuple[Reference, ...]) -> tuple[Reference, ...]:
    return tuple(sorted(references, key=lambda reference: (reference.attributes, reference.relationship)))
