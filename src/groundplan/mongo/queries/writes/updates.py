"""Updates, with what follows from them: copies, counts, subsets and the trail."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from groundplan.logical.model import Reference, Relation, Role
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import (
    Bson,
    CompiledWrite,
    Given,
    Moment,
    MongoParameter,
    Operation,
    Remember,
    Require,
    UpdateDocuments,
)
from groundplan.mongo.queries.writes.address import Address, Conditions, address, equal_to
from groundplan.mongo.queries.writes.changes import Changes, amount_added, update_of
from groundplan.mongo.queries.writes.context import Context, attribute_of
from groundplan.mongo.queries.writes.finding import FOUND, find_rows
from groundplan.mongo.queries.writes.found import kept_rows, key_pairs, keys_around, of_kept
from groundplan.mongo.queries.writes.kept import (
    copied_attributes,
    count_kept,
    counts_of,
    follow_copies,
    refresh_subsets,
)
from groundplan.mongo.queries.writes.references import require
from groundplan.mongo.queries.writes.rows import (
    Selection,
    direct_address,
    given_value,
    part_name,
    pattern_parameters,
    select,
)
from groundplan.mongo.queries.writes.trail import ACTOR, is_audited, shown_attributes, trail_of_changed
from groundplan.mongo.queries.writes.transactions import reason_for_transaction
from groundplan.plan.expressions import Expression, Hop, Literal, Local, Parameter, Path
from groundplan.plan.patterns import Assignment, UpdatePattern

CHANGED = "changed"
"""The name under which rows are kept as they are after an update."""


@dataclass(slots=True)
class _Settings:
    """Assignments on their way into changes."""

    relation: Relation
    context: Context
    values: dict[str, Bson] = field(default_factory=dict)
    added: dict[str, Bson] = field(default_factory=dict)
    formulas: dict[str, Expression] = field(default_factory=dict)
    extra: dict[str, Bson] = field(default_factory=dict)
    moved: list[Reference] = field(default_factory=list)
    required: list[Require] = field(default_factory=list)
    is_shared: bool = False

    @property
    def changes(self) -> Changes:
        return Changes(
            relation=self.relation, values=self.values, added=self.added, formulas=self.formulas, extra=self.extra
        )


def compile_update(pattern: UpdatePattern, *, context: Context) -> CompiledWrite:
    """Compile an update of the rows that are not soft-deleted. Raises Inexpressible."""
    selection = select(pattern.entity, pattern.where, context=context)
    relation = selection.relation
    settings = _Settings(relation, context)
    for assignment in pattern.assignments:
        _assign(assignment, settings)
    changes = settings.changes
    _refuse_changed_keys(relation, changes, context)
    touch(changes, settings)
    changes = settings.changes
    operations = [*settings.required, *change_rows(selection, changes, settings, context)]
    expressions = (pattern.where, *(each.value for each in pattern.assignments))
    actor = (ACTOR,) if is_audited(relation) else ()
    return CompiledWrite(
        pattern=pattern.name,
        operations=tuple(_found_before(operations)),
        parameters=(*_with_optional(pattern_parameters(pattern.parameters, expressions, context), pattern), *actor),
        needs_transaction=reason_for_transaction(operations),
    )


def _with_optional(parameters: tuple[MongoParameter, ...], pattern: UpdatePattern) -> tuple[MongoParameter, ...]:
    """Let callers give NULL for what an optional attribute or reference is set to."""
    optional = {
        assignment.value.name
        for assignment in pattern.assignments
        if isinstance(assignment.value, Parameter) and assignment.target.is_optional
    }
    return tuple(replace(each, is_optional=each.is_optional or each.name in optional) for each in parameters)


def _found_before(operations: list[Operation]) -> list[Operation]:
    """Put what finds the rows before the checks that go through them."""
    first = [each for each in operations if isinstance(each, Remember) and each.name == FOUND]
    return [*first, *(each for each in operations if each not in first)]


def touch(changes: Changes, settings: _Settings) -> None:
    """Set the time of the last change, whatever the plan sets it to, as the trigger of the other engine does."""
    touched = attribute_of(settings.relation, Role.UPDATED_AT)
    if touched is not None and changes.attributes:
        settings.formulas.pop(touched, None)
        settings.values[touched] = Moment()


def _assign(assignment: Assignment, settings: _Settings) -> None:
    target, relation, context = assignment.target, settings.relation, settings.context
    if target.attribute is None:
        _assign_reference(target.hops[0], assignment.value, settings)
        return
    name = context.facts.lookup.attribute(relation.source, target.attribute).name
    attribute = relation.attribute(name)

    def value(expression: Expression) -> Bson:
        return given_value(expression, of=attribute.type)

    if isinstance(assignment.value, Parameter | Literal) or value(assignment.value) is not None:
        settings.values[name] = value(assignment.value)
        return
    formula = _localized(assignment.value, context)
    amount = amount_added(relation, name, formula, value)
    if amount is not None:
        settings.added[name] = amount
    else:
        settings.formulas[name] = formula


def _localized(expression: Expression, context: Context) -> Expression:
    try:
        return context.facts.lookup.localize(expression)
    except (KeyError, ValueError):
        raise Inexpressible("it sets values of other rows") from None


def _assign_reference(hop: Hop, value: Expression, settings: _Settings) -> None:
    relation, context = settings.relation, settings.context
    reference = context.storage.step(hop).reference
    if reference is None:
        raise Inexpressible("it sets a reference that another relation stores")
    name = reference.name
    around = context.places.embedded(relation.name)
    if around is not None and around.reference == name:
        raise Inexpressible(f"setting {name} would move rows from one document to another")
    settings.moved.append(reference)
    own = {here: there for here, there in _pairs(reference) if here not in reference.agrees}
    match value:
        case Literal(value=None):
            settings.values |= dict.fromkeys(own, None)
            _copy(reference, {}, settings)
        case Parameter():
            is_whole = len(own) == 1
            given: dict[str, Bson] = {
                here: Given(value.name if is_whole else part_name(value.name, own[here])) for here in own
            }
            settings.values |= given
            _require_target(reference, given, settings)
        case Path():
            names = context.facts.lookup.names(value)
            if names is None or context.places.copied(relation.name, name) is not None:
                raise Inexpressible(f"{name} is set to a row that other rows decide on")
            held = dict(zip(context.relation(reference.target).primary_key, names, strict=True))
            settings.formulas |= {here: Local(held[there]) for here, there in own.items()}
        case _:
            raise Inexpressible(f"{name} is set to a computed key")


def _pairs(reference: Reference) -> list[tuple[str, str]]:
    return list(zip(reference.attributes, reference.target_attributes, strict=True))


def _require_target(reference: Reference, given: dict[str, Bson], settings: _Settings) -> None:
    """Look for the new target; what another reference shares with this one is taken from the rows themselves."""
    context, relation = settings.context, settings.relation
    copied = context.places.copied(relation.name, reference.name)
    fields = {field.name: field.attribute for field in (() if copied is None else copied.fields)}
    keeps = {name: f"{reference.name}_{attribute}" for name, attribute in fields.items()}
    _copy(reference, {name: Given(kept) for name, kept in keeps.items()}, settings)
    if reference.is_deferrable:
        return
    values = {there: given.get(here, Given(FOUND, member=here)) for here, there in _pairs(reference)}
    is_shared = bool(reference.agrees)
    settings.is_shared = settings.is_shared or is_shared
    settings.required.append(
        require(
            relation,
            reference,
            values,
            context=context,
            fields=fields,
            each=FOUND if is_shared else None,
            keeps=keeps,
        )
    )


def _copy(reference: Reference, values: dict[str, Bson], settings: _Settings) -> None:
    copied = settings.context.places.copied(settings.relation.name, reference.name)
    if copied is not None:
        settings.extra[copied.name] = dict(values) or None


def _refuse_changed_keys(relation: Relation, changes: Changes, context: Context) -> None:
    pointed_at = {
        name for _, reference in context.key_references(relation.name) for name in reference.target_attributes
    }
    for name in sorted(changes.attributes):
        if name in pointed_at or relation.primary_key == (name,):
            raise Inexpressible(f"{name} is what other documents and the document itself are found by")


def change_rows(selection: Selection, changes: Changes, settings: _Settings, context: Context) -> list[Operation]:
    """Return the operations that change the selected rows and what follows from them."""
    relation = selection.relation
    moved = tuple(reference.name for reference in settings.moved)
    counted = tuple(reference.name for reference, _ in counts_of(relation, context.places) if reference.name in moved)
    copied = copied_attributes(relation, context) & changes.attributes
    has_subsets = any(True for _ in context.places.subsets(relation.name))
    is_followed = bool(copied or counted) or has_subsets or is_audited(relation) or settings.is_shared
    if selection.is_direct and not is_followed:
        where = direct_address(selection, context)
        return [_update(where, selection.conditions, changes, context, is_many=not selection.is_of_one, each=None)]
    if is_followed and changes.attributes & set(relation.primary_key):
        raise Inexpressible("it changes the key by which what follows from the rows is found")
    kept = kept_attributes(relation, context)
    operations: list[Operation] = [find_rows(selection, attributes=kept, context=context)]
    operations.append(update_kept(changes, context, rows=FOUND))
    operations += follow_update(relation, changes, context, rows=FOUND, moved=counted)
    return operations


def kept_attributes(relation: Relation, context: Context) -> tuple[str, ...]:
    """Return the attributes of rows that are kept before they change: keys, references, and what a trail shows."""
    names = list(relation.primary_key)
    pointed_at = [
        name for _, reference in context.key_references(relation.name) for name in reference.target_attributes
    ]
    held = [name for reference in relation.references for name in reference.attributes]
    shown = shown_attributes(relation) if is_audited(relation) else ()
    return tuple(dict.fromkeys((*names, *pointed_at, *held, *shown)))


def update_kept(changes: Changes, context: Context, *, rows: str) -> UpdateDocuments:
    """Return the update of rows that were kept."""
    relation = changes.relation
    around = keys_around(relation, context.places)
    equal, each = of_kept(key_pairs(relation), rows=rows, beside=around)
    conditions = equal_to(context.places, relation.name, equal)
    where = address(context.places.place(relation.name), conditions)
    return _update(where, conditions, changes, context, is_many=each is None, each=each)


def follow_update(
    relation: Relation, changes: Changes, context: Context, *, rows: str, moved: tuple[str, ...] = ()
) -> list[Operation]:
    """Return what follows from an update of kept rows."""
    places = context.places
    copied = copied_attributes(relation, context) & changes.attributes
    has_subsets = any(True for _ in places.subsets(relation.name))
    operations: list[Operation] = [*count_kept(relation, places, rows=rows, by=-1, only=moved)]
    if copied or moved:
        equal, each = of_kept(key_pairs(relation), rows=rows)
        held = tuple(dict.fromkeys((*kept_attributes(relation, context), *sorted(copied))))
        now = kept_rows(places, relation.name, equal_to(places, relation.name, equal), attributes=held)
        operations.append(Remember(name=CHANGED, query=now, each=each))
        operations += follow_copies(relation, copied, rows=CHANGED, context=context)
        operations += count_kept(relation, places, rows=CHANGED, by=1, only=moved)
    if has_subsets:
        operations += refresh_subsets(relation, places, rows=rows)
        if moved:
            operations += refresh_subsets(relation, places, rows=CHANGED)
    return [*operations, *trail_of_changed(relation, changes.attributes, rows=rows, context=context)]


def _update(
    where: Address, conditions: Conditions, changes: Changes, context: Context, *, is_many: bool, each: str | None
) -> UpdateDocuments:
    update = update_of(changes, where, conditions, context)
    is_pipeline = isinstance(update, tuple)
    return UpdateDocuments(
        collection=where.collection,
        filter=where.filter,
        update=update,
        is_many=is_many,
        array_filters=() if is_pipeline else where.array_filters,
        each=each,
    )


def mark_directly(selection: Selection, context: Context) -> UpdateDocuments:
    """Return what marks rows that a filter selects, and from which nothing follows, as deleted."""
    relation = selection.relation
    values: dict[str, Bson] = {}
    for role in (Role.DELETED_AT, Role.UPDATED_AT):
        name = attribute_of(relation, role)
        values |= {name: Moment()} if name is not None else {}
    where = direct_address(selection, context)
    changes = Changes(relation=relation, values=values)
    return _update(where, selection.conditions, changes, context, is_many=not selection.is_of_one, each=None)
