"""References of new rows: their targets have to be there, and give what is copied from them."""

from __future__ import annotations

from groundplan.logical.model import Reference, Relation
from groundplan.mongo.places import Places
from groundplan.mongo.queries.model import Bson, Require
from groundplan.mongo.queries.writes.context import Context, unused
from groundplan.mongo.queries.writes.found import row_query
from groundplan.mongo.queries.writes.given import GivenRow, reference_values

Copies = dict[str, dict[str, Bson]]
"""What is copied along each reference, by name: the fields with their values."""


def checks(row: GivenRow, context: Context, *, taken: tuple[str, ...] = ()) -> tuple[tuple[Require, ...], Copies]:
    """Return what has to be there for each reference of a new row, and what is copied from it.

    The reference to the row whose document it goes into is not among them: that document has to be found anyway.
    """
    found: list[Require] = []
    copies: Copies = {}
    names = [*row.names, *taken]
    around = context.places.embedded(row.relation.name)
    for reference in row.relation.references:
        if reference.is_deferrable or (around is not None and around.reference == reference.name):
            continue
        kept = _kept_names(row.relation, reference, context.places, names)
        names += kept.values()
        copies[reference.name] = {field: row.kept(name) for field, name in kept.items()}
        found.append(_require(row, reference, kept, context))
    return tuple(found), copies


def _kept_names(relation: Relation, reference: Reference, places: Places, taken: list[str]) -> dict[str, str]:
    """Return the names under which copied attributes are kept, by the fields that they become."""
    copied = places.copied(relation.name, reference.name)
    found: dict[str, str] = {}
    for field in () if copied is None else copied.fields:
        found[field.name] = unused(f"{reference.name}_{field.attribute}", among=[*taken, *found.values()])
    return found


def _require(row: GivenRow, reference: Reference, kept: dict[str, str], context: Context) -> Require:
    copied = context.places.copied(row.relation.name, reference.name)
    fields = {field.name: field.attribute for field in (() if copied is None else copied.fields)}
    return require(
        row.relation,
        reference,
        reference_values(row, reference),
        context=context,
        fields=fields,
        each=row.batch,
        keeps=kept,
    )


def require(
    relation: Relation,
    reference: Reference,
    values: dict[str, Bson],
    *,
    context: Context,
    fields: dict[str, str],
    each: str | None,
    keeps: dict[str, str],
) -> Require:
    """Return the check that the row which a reference points at is there; deleted softly, it is still there."""
    query = row_query(context.places, reference.target, values, fields=fields, limit=1)
    return Require(
        query=query,
        message=refusal(relation, reference),
        each=each,
        keeps=tuple(keeps.items()),
    )


def refusal(relation: Relation, reference: Reference) -> str:
    """Return what is said where a reference would point at nothing."""
    return f"{relation.name}.{reference.name}: there is no such row of {reference.target}"


def still_pointed_at(holder: Relation, reference: Reference) -> str:
    """Return what is said where a row cannot go because another one points at it."""
    return f"{reference.target}: {holder.name}.{reference.name} still points at it"


def is_own(row: GivenRow, reference: Reference) -> bool:
    """Tell whether a row can point at itself, or at one of the same batch: where callers know keys beforehand."""
    given = {each.attribute.name for each in row.given}
    return reference.target == row.relation.name and set(reference.target_attributes) <= given
