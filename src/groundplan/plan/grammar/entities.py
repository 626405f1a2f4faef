"""Entities: the kinds of things that the plan is about."""

from __future__ import annotations

from groundplan.plan.grammar.attributes import ATTRIBUTES
from groundplan.plan.grammar.constraints import EXCLUDE, WISH, Checks, UniqueList
from groundplan.plan.grammar.dependencies import DEPENDENCIES
from groundplan.plan.grammar.forms import Prose
from groundplan.plan.grammar.lifecycles import LIFECYCLE, VOLUME
from groundplan.plan.grammar.names import name, names
from groundplan.plan.grammar.records import Key, Named, Record
from groundplan.plan.model import Entity

ENTITY: Record[Entity] = Record(
    noun="an entity",
    example="{attributes: {name: text(50)}}",
    kind="entity",
    means="A kind of thing with attributes.",
    model=Entity,
    allows_nothing=True,
    is_block=True,
    keys=(
        Key(name="about", form=Prose(), means="What it is, in a sentence."),
        Key(
            name="tenant",
            form=name("an entity", "Shop"),
            means="The entity whose rows own these: row-level security, tenant first in keys and indexes.",
        ),
        Key(
            name="key",
            form=names("the names of the key", "[device, at]"),
            means="The natural key: attributes and relationships that identify a row.",
            default="a surrogate by the conventions",
        ),
        Key(
            name="rows",
            form=VOLUME,
            means="How many rows there are, and how that grows.",
            default="1,000 rows, as a listed assumption",
        ),
        Key(name="lifecycle", form=LIFECYCLE, means="How rows live and die.", default="rows stay until deleted"),
        Key(name="unique", form=UniqueList(), means="Attributes and relationships that are unique together."),
        Key(name="checks", form=Checks(), means="Conditions that every row satisfies."),
        Key(
            name="exclude",
            form=EXCLUDE,
            means="No two rows for which every pair of a member and an operator holds, such as overlapping bookings.",
        ),
        Key(
            name="normal_form",
            form=WISH,
            means="The normal form that its relations must reach; a lower one with its reason.",
            default="that of the conventions",
        ),
        Key(
            name="dependencies",
            form=DEPENDENCIES,
            means="What determines what, beside the keys, where the entity is not about one thing only.",
        ),
        Key(name="attributes", form=ATTRIBUTES, means="Its attributes by name."),
    ),
)

ENTITIES: Named[Entity] = Named(noun="entities by name", example="{User: {attributes: {email: email}}}", of=ENTITY)
