"""The plan as a document: what its outermost keys mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from groundplan.base.names import composed
from groundplan.base.origin import Origin
from groundplan.plan.grammar.access import ACCESS
from groundplan.plan.grammar.conventions import CONVENTIONS, PINS, TARGETS
from groundplan.plan.grammar.dependencies import DEPENDENCIES
from groundplan.plan.grammar.entities import ENTITIES
from groundplan.plan.grammar.forms import Form, Prose, Schema
from groundplan.plan.grammar.names import Title, names
from groundplan.plan.grammar.records import Key, Named, NamedForm, Record
from groundplan.plan.grammar.relationships import RELATIONSHIPS
from groundplan.plan.grammar.report import Report
from groundplan.plan.grammar.transactions import ROLLUPS, TRANSACTIONS, WORKLOAD
from groundplan.plan.model import Conventions, Dependency, Plan, Targets
from groundplan.plan.yaml.nodes import Entry, Node


@dataclass(frozen=True, slots=True)
class DependenciesOf:
    """The dependencies that the plan gives beside an entity."""

    entity: str
    dependencies: tuple[Dependency, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class DependenciesForm(NamedForm[DependenciesOf]):
    """The dependencies of an entity, by its name."""

    def read_entry(self, entry: Entry, report: Report) -> DependenciesOf | None:
        """Read a name and a list of dependencies."""
        found = DEPENDENCIES.read(entry.value, report, subject=f'the dependencies of "{entry.key.text}"')
        return None if found is None else DependenciesOf(composed(entry.key.text.strip()), found, entry.key.origin)

    def write_entry(self, value: DependenciesOf) -> tuple[str, Node]:
        """Write a list of dependencies."""
        return value.entity, DEPENDENCIES.write(value.dependencies)

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the form of the list."""
        return (DEPENDENCIES,)

    def entry_schema(self) -> tuple[Schema | None, Schema]:
        """Describe the list."""
        return None, DEPENDENCIES.schema()


SINGLE_KEYS = ("plan", "about", "targets", "conventions", "workload")
"""Keys of which a plan has one, in whichever of its files."""


def _said(plan: Plan) -> dict[str, Any]:
    """Return what to write of a plan, by key; what is empty or as by default is not written."""
    said: dict[str, Any] = {
        "plan": plan.name,
        "about": plan.about,
        "targets": plan.targets if plan.targets != Targets() else None,
        "conventions": plan.conventions if plan.conventions != Conventions() else None,
        "entities": plan.entities,
        "relationships": plan.relationships,
        "access": plan.access,
        "transactions": plan.transactions,
        "workload": plan.workload,
        "rollups": plan.rollups,
        "decisions": plan.pins,
    }
    return {key: part for key, part in said.items() if part is not None and part != ()}


PLAN: Record[Plan] = Record(
    noun="a plan",
    example="{plan: blog, entities: {User: {attributes: {email: email}}}}",
    kind="plan",
    means="What a database is about and how it is used.",
    take=_said,
    is_block=True,
    keys=(
        Key(
            name="plan",
            form=Title(noun="a name", example="blog"),
            means="The name of the plan.",
            default="that of its file",
        ),
        Key(name="about", form=Prose(), means="What it is, in a sentence."),
        Key(
            name="include",
            form=names("a list of files", "[users.plan.yaml, posts.plan.yaml]"),
            means="Other files of the plan, relative to this one and within the folder of the plan.",
        ),
        Key(
            name="targets",
            form=TARGETS,
            means="The engines that are designed for, by major version.",
            default="chosen by who runs the design",
        ),
        Key(
            name="conventions",
            form=CONVENTIONS,
            means="What holds for every entity unless it says otherwise.",
        ),
        Key(name="entities", form=ENTITIES, means="The kinds of things that the plan is about, by name."),
        Key(
            name="relationships",
            form=RELATIONSHIPS,
            means="How entities belong together: `>` n:1, `<` 1:n, `-` 1:1, `<>` n:m.",
        ),
        Key(
            name="dependencies",
            form=Named(
                noun="dependencies by entity",
                example='{Order: ["zip -> city, country"]}',
                of=DependenciesForm(),
            ),
            means="The dependencies of entities, where they are not said at the entity itself.",
        ),
        Key(name="access", form=ACCESS, means="What the application asks, how often and how fast, by name."),
        Key(name="transactions", form=TRANSACTIONS, means="Access patterns that run as one, by name."),
        Key(name="workload", form=WORKLOAD, means="How often things run, in place of a rate for each."),
        Key(name="rollups", form=ROLLUPS, means="Summaries that stay when the rows are gone, by name."),
        Key(name="decisions", form=PINS, means="Decisions that the plan makes itself, by the key that each shows."),
    ),
)
