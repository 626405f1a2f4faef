"""Walks: from a relation along references to others, and what is wanted at each; no layout is known yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from groundplan.logical.facts import Facts
from groundplan.logical.model import Reference, Relation, Role
from groundplan.plan.expressions import Aggregate, Expression, Hop, Path, paths, walk


@dataclass(frozen=True, slots=True)
class Forward:
    """From a row of `relation` to the row that its `reference` points at."""

    relation: str
    reference: str


@dataclass(frozen=True, slots=True)
class Backward:
    """From a row to the rows of `relation` whose `reference` points at it."""

    relation: str
    reference: str


Step = Forward | Backward


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What is wanted of the rows of `relation`, and of those that steps lead to.

    `attributes` leaves out what the row before holds itself; `is_counted` tells that only the number of rows matters.
    """

    relation: str
    attributes: tuple[str, ...] = ()
    is_counted: bool = False
    onward: tuple[tuple[Step, Walk], ...] = ()

    @property
    def relations(self) -> tuple[str, ...]:
        """Every relation on the way, repeats kept."""
        return (self.relation, *(name for _, further in self.onward for name in further.relations))


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path: its steps, and the attributes wanted at its end."""

    steps: tuple[Step, ...]
    end: str
    attributes: tuple[str, ...]


class Walks:
    """Turns paths of the plan into routes and walks over relations."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._references = {
            (relation.name, reference.name): reference
            for relation in facts.logical.relations
            for reference in relation.references
        }

    def reference(self, step: Step) -> Reference:
        """Return the reference that a step goes along."""
        return self._references[step.relation, step.reference]

    def reached(self, step: Step) -> str:
        """Return the relation that a step leads to."""
        return self.reference(step).target if isinstance(step, Forward) else step.relation

    def of(self, relation: str, expressions: Iterable[Expression]) -> Walk:
        """Return the walk that evaluates expressions over rows of a relation."""
        tree = _Tree(relation)
        for expression in expressions:
            counted = {id(path) for path in _counted(expression)}
            for path in paths(expression):
                route = self.route(path)
                if route is not None:
                    tree.add(route, walks=self, is_counted=id(path) in counted and path.attribute is None)
        return tree.walk()

    def route(self, path: Path) -> Route | None:
        """Return the steps that a path takes beyond what its rows hold themselves; None where it leads nowhere."""
        steps: list[Step] = []
        for hop in path.hops:
            found = self._steps(hop)
            if found is None:
                return None
            steps += found
        end = self._end(path)
        wanted: tuple[str, ...] = self._facts.relations[end].primary_key
        if path.attribute is not None:
            try:
                wanted = (self._facts.lookup.attribute(path.reached, path.attribute).name,)
            except KeyError:
                return None
        return self._shortened(tuple(steps), end=end, wanted=wanted)

    def _end(self, path: Path) -> str:
        return self._facts.lookup.of_source(path.reached).name

    def _steps(self, hop: Hop) -> list[Step] | None:
        lookup = self._facts.lookup
        reference = lookup.reference(hop)
        if reference is not None:
            return [Forward(lookup.of_source(hop.source).name, reference.name)]
        link = lookup.link(hop)
        if link is not None:
            relation, near, far = link
            return [Backward(relation.name, near.name), Forward(relation.name, far.name)]
        stored = lookup.stored_in(hop)
        if stored is not None:
            relation, reference = stored
            return [Backward(relation.name, reference.name)]
        return None

    def _shortened(self, steps: tuple[Step, ...], *, end: str, wanted: tuple[str, ...]) -> Route:
        """Leave out trailing steps whose end the row before them holds already; deleted ends have to be looked at."""
        while steps and isinstance(steps[-1], Forward):
            step = steps[-1]
            reference = self.reference(step)
            held = dict(zip(reference.target_attributes, reference.attributes, strict=True))
            is_looked_at = len(steps) > 1 and isinstance(steps[-2], Backward) and self._facts.is_soft(end)
            if is_looked_at:
                wanted = (*wanted, _mark(self._facts.relations[end]))
            if any(name not in held for name in wanted):
                break
            steps, end, wanted = steps[:-1], step.relation, tuple(held[name] for name in wanted)
        return Route(steps=steps, end=end, attributes=wanted)


def _mark(relation: Relation) -> str:
    return next(found.name for found in relation.attributes if found.role is Role.DELETED_AT)


def _counted(expression: Expression) -> Iterable[Path]:
    """Return the paths of which an expression wants only how many rows they reach."""
    for node in walk(expression):
        match node:
            case Aggregate(function="count", operand=Path() as path, is_distinct=False):
                yield path
            case _:
                pass


class _Tree:
    def __init__(self, relation: str) -> None:
        self.relation = relation
        self.attributes: dict[str, None] = {}
        self.is_counted = False
        self.onward: dict[Step, _Tree] = {}

    def add(self, route: Route, *, walks: Walks, is_counted: bool) -> None:
        node = self
        for step in route.steps:
            node = node.onward.setdefault(step, _Tree(walks.reached(step)))
        if is_counted:
            node.is_counted = True
        else:
            node.attributes.update(dict.fromkeys(route.attributes))

    def walk(self) -> Walk:
        return Walk(
            relation=self.relation,
            attributes=tuple(self.attributes),
            is_counted=self.is_counted and not self.attributes and not self.onward,
            onward=tuple((step, tree.walk()) for step, tree in self.onward.items()),
        )
