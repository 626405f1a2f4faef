"""Query blocks: a FROM clause that grows by the joins that the columns asked of it need.

A block is one SELECT. It stands on a table, on another block (a derived table: what has to be limited before the rest
is joined), or inside another block, along a to-many relationship (EXISTS, LATERAL). A column of a path is looked for
where it is nearest: a key of a referenced row in the row that references it, without a join.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from groundplan.base.names import fit, snake_case
from groundplan.plan.expressions import Expression
from groundplan.postgres.queries.select import Output, in_parentheses
from groundplan.postgres.queries.statement import Draft, identifier, qualified, unused
from groundplan.postgres.queries.storage import Hops, Place, Storage

if TYPE_CHECKING:
    from groundplan.postgres.queries.summaries import Summary


@dataclass(slots=True)
class Names:
    """The names taken in one scope of a statement."""

    taken: list[str] = field(default_factory=list)

    def take(self, wish: str) -> str:
        """Return a name like the wish that nothing else in the scope has."""
        name = fit(unused(fit(wish), among=self.taken))
        while name in self.taken:
            name = fit(f"{name}_")
        self.taken.append(name)
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An entry of FROM. `text` is asked for last, when everything that a derived table has to give out is known.

    `after` sorts entries: what others refer to comes first, laterals last.
    """

    text: Callable[[], str]
    after: int = 0


_JOINED = 0
_LATERAL = 1


class Block:
    """One SELECT in the making: sources, conditions and what it gives out.

    `parent` is the block that this one stands inside, reached along `anchor` and tied to it by `correlation`; `base`
    the one that it stands on. `is_read_whole` tells that most rows there are will be read. `equal` names columns, by
    path, whose value another source holds nearer at hand, `twins` what that source's columns are equal to. `stored` are
    the expressions that columns of a materialized view hold. `distance` is how far a row lies from where one asks.
    """

    def __init__(self, storage: Storage, draft: Draft, *, names: Names | None = None) -> None:
        self.storage = storage
        self.draft = draft
        self.names = names if names is not None else Names()
        self.summaries: dict[Hops, Summary] = {}
        self.is_read_whole = False
        self.distance: str | None = None
        self.is_grouped = False
        self.group: tuple[str, ...] = ()
        self.parent: Block | None = None
        self.base: Block | None = None
        self.base_alias = ""
        self.anchor: Hops = ()
        self.correlation: list[tuple[str, str]] = []
        self.refers_outside = False
        self.where: list[str] = []
        self.outputs: dict[str, str] = {}
        self.equal: dict[tuple[Hops, str], str] = {}
        self.twins: dict[str, str] = {}
        self.stored: dict[Place | Expression, str] = {}
        self._output_names = Names()
        self._sources: list[Source] = []
        self._placed: dict[Hops, str] = {}
        self._links: dict[Hops, str] = {}
        self._may_be_missing: set[Hops] = set()

    # How a block begins

    @classmethod
    def of_entity(cls, entity: str, *, storage: Storage, draft: Draft, names: Names | None = None) -> Block:
        """Begin a block on an entity's table; with `names`, in the scope of a block that it will stand inside."""
        block = cls(storage, draft, names=names)
        table = storage.table(entity).name
        block._placed[()] = block.names.take(table)
        block._sources.append(Source(text=lambda: aliased(table, block._placed[()])))
        return block

    @classmethod
    def on(cls, base: Block, *, text: Callable[[], str], alias: str) -> Block:
        """Begin a block on another one, whose `text` becomes a derived table; its rows stand for the same entity."""
        block = cls(base.storage, base.draft)
        block.stand_on(base, alias=block.names.take(alias))
        block._sources.append(Source(text=lambda: f"{in_parentheses(text())} AS {identifier(block.base_alias)}"))
        return block

    @classmethod
    def inside(cls, parent: Block, anchor: Hops) -> Block:
        """Begin a block on the rows that `anchor` leads to from a row of `parent`, the last hop being to many."""
        block = cls(parent.storage, parent.draft, names=parent.names)
        block.parent = parent
        block.anchor = anchor
        return block

    @classmethod
    def of_joined(cls, block: Block, *, alias: str) -> Block:
        """Look at rows that another block has joined already, under `alias`; what else they need is joined there."""
        own = cls(block.storage, block.draft, names=block.names)
        own._sources = block._sources
        own._placed[()] = alias
        return own

    def stand_on(self, base: Block, *, alias: str) -> None:
        """Take what `base` gives out as the row at hand, under `alias`."""
        self.base = base
        self.base_alias = alias

    def begin_with(self, text: Callable[[], str], *, hops: Hops | None = None, alias: str = "") -> None:
        """Add an entry of FROM that no hop asks for; with `hops`, under `alias`, it holds the row they lead to."""
        self._sources.append(Source(text=text))
        if hops is not None:
            self._placed[hops] = alias

    # What is asked of a block

    def holds(self, hops: Hops) -> bool:
        """Tell whether the rows at the end of `hops` are at hand one by one."""
        if hops in self._placed or hops in self._links:
            return True
        if self.base is not None and self.base.holds(hops):
            return True
        return self.parent is not None and self.parent.holds(hops)

    def may_be_missing(self, hops: Hops) -> bool:
        """Tell whether the row at the end of `hops` is joined so that it can be absent."""
        if hops in self._may_be_missing:
            return True
        if self.base is not None and self.base.may_be_missing(hops):
            return True
        return self.parent is not None and self.parent.may_be_missing(hops)

    def first_many(self, hops: Hops) -> Hops | None:
        """Return the shortest beginning of `hops` that reaches rows this block does not hold one by one."""
        for count, hop in enumerate(hops, start=1):
            if hop.is_many and not self.holds(hops[:count]):
                return hops[:count]
        return None

    def stored_sql(self, expression: Expression) -> str | None:
        """Return the column of a materialized view that holds an expression's value."""
        return self.stored.get(self.storage.value(expression)) if self.stored else None

    def column(self, hops: Hops, name: str) -> str:
        """Return the SQL of a column of the row that `hops` lead to, joining what that needs."""
        nearer = self._where_referenced(hops, name)
        if nearer is not None:
            return nearer
        known = self.equal.get((hops, name))
        if known is not None:
            return known
        if self.base is not None and self.base.holds(hops):
            return self.given_out(self.base.column(hops, name), wish=name)
        if self._is_outside(hops):
            self.refers_outside = True
            return self._outer.column(hops, name)
        return qualified(self.place(hops), name)

    def given_out(self, sql: str, *, wish: str) -> str:
        """Return, from the base, what `sql` is there."""
        if self.base is None:
            raise ValueError("a block that stands on a table has no base")
        return qualified(self.base_alias, self.base.give_out(sql, wish=wish))

    def give_out(self, sql: str, *, wish: str) -> str:
        """Add `sql` to what the block returns; returns the name it has there."""
        if sql not in self.outputs:
            self.outputs[sql] = self._output_names.take(wish)
        return self.outputs[sql]

    @property
    def sources(self) -> tuple[str, ...]:
        """The entries of FROM."""
        ordered = sorted(self._sources, key=lambda source: source.after)
        return tuple(source.text() for source in ordered)

    @property
    def conditions(self) -> tuple[str, ...]:
        """What WHERE asks: that the rows belong to the outer row, and the rest."""
        return (*_on(self.correlation), *self.where)

    @property
    def source_count(self) -> int:
        """How many entries FROM has by now."""
        return len(self._sources)

    @property
    def given(self) -> tuple[Output, ...]:
        """What the block returns, in the order it was asked for."""
        return tuple(Output(sql=sql, name=name) for sql, name in self.outputs.items())

    def add_lateral(self, text: Callable[[], str]) -> None:
        """Add an entry that refers to what stands before it, as does a join on grouped rows."""
        self._sources.append(Source(text=text, after=_LATERAL))

    @property
    def _outer(self) -> Block:
        if self.parent is None:
            raise ValueError("a block of its own has no outer block")
        return self.parent

    def _is_outside(self, hops: Hops) -> bool:
        return self.parent is not None and hops[: len(self.anchor)] != self.anchor

    def _where_referenced(self, hops: Hops, name: str) -> str | None:
        """Return a key column of a referenced row from the row that references it."""
        if not hops or self._is_outside(hops):
            return None
        hop = hops[-1]
        step = self.storage.step(hop)
        if step.link is not None:
            return self._from_link(hops, name)
        here = next((here for here, there in step.pairs if there == name), None)
        if not step.is_reference or here is None or (here in step.shared and hop.is_optional):
            return None
        return self.column(hops[:-1], here)

    def _from_link(self, hops: Hops, name: str) -> str | None:
        link = self.storage.link(hops[-1])
        here = next((here for here, there in link.far if there == name), None)
        # A soft-deleted target has to be looked at; only a block that holds the link can spare the target.
        if here is None or self.storage.deletion_mark(hops[-1].target) is not None:
            return None
        if self.base is not None and self.base.holds(hops):
            return None
        return qualified(self._place_link(hops), here)

    # Joining

    def enter(self, hops: Hops) -> None:
        """Make the rows at the end of a to-many path rows of this block."""
        if self.storage.step(hops[-1]).link is None:
            self.place(hops)
        else:
            self._place_link(hops)

    def place(self, hops: Hops) -> str:
        """Join the row that `hops` lead to, where it is not there yet; returns its alias."""
        if hops in self._placed:
            return self._placed[hops]
        step = self.storage.step(hops[-1])
        if step.link is not None:
            return self._place_far_side(hops)
        pairs = [(self._near(hops, here), there) for here, there in step.pairs]
        alias = self._placed[hops] = self.names.take(self.words(hops))
        matches = [(qualified(alias, there), here) for here, there in pairs]
        self._add(hops, table=step.target.name, alias=alias, matches=matches)
        return alias

    def _place_link(self, hops: Hops) -> str:
        if hops in self._links:
            return self._links[hops]
        link = self.storage.link(hops[-1])
        pairs = [(self._near(hops, there), here) for here, there in link.near]
        alias = self._links[hops] = self.names.take(link.table.name)
        matches = [(qualified(alias, here), there) for there, here in pairs]
        self._add(hops, table=link.table.name, alias=alias, matches=matches)
        if self.storage.deletion_mark(hops[-1].target) is not None:
            self._place_far_side(hops)
        return alias

    def _place_far_side(self, hops: Hops) -> str:
        link_alias = self._place_link(hops)
        if hops in self._placed:
            return self._placed[hops]
        step = self.storage.step(hops[-1])
        alias = self._placed[hops] = self.names.take(self.words(hops))
        far = self.storage.link(hops[-1]).far
        matches = [(qualified(alias, there), qualified(link_alias, here)) for here, there in far]
        self._add_join("JOIN", table=step.target.name, alias=alias, conditions=_on(matches) + self._alive(hops, alias))
        return alias

    def _near(self, hops: Hops, name: str) -> str:
        """Return a column of the row that the last hop starts from; for the anchor that row is outside."""
        return self._outer.column(hops[:-1], name) if hops == self.anchor else self.column(hops[:-1], name)

    def _alive(self, hops: Hops, alias: str) -> list[str]:
        """Leave out soft-deleted rows, but keep a referenced one: a post still shows its author."""
        mark = self.storage.deletion_mark(hops[-1].target)
        if mark is None or alias != self._placed.get(hops) or self.storage.step(hops[-1]).is_reference:
            return []
        return [f"{qualified(alias, mark.name)} IS NULL"]

    def _add(self, hops: Hops, *, table: str, alias: str, matches: list[tuple[str, str]]) -> None:
        hop = hops[-1]
        alive = self._alive(hops, alias)
        if self.parent is not None and hops == self.anchor:
            self._sources.insert(0, Source(text=lambda: aliased(table, alias)))
            self.correlation += matches
            self.where[:0] = alive
            return
        is_missing = not hop.is_many and (hop.is_optional or self.may_be_missing(hops[:-1]))
        if is_missing:
            self._may_be_missing.add(hops)
        join = "LEFT JOIN" if is_missing else "JOIN"
        self._add_join(join, table=table, alias=alias, conditions=_on(matches) + alive)

    def _add_join(self, join: str, *, table: str, alias: str, conditions: list[str]) -> None:
        text = f"{join} {aliased(table, alias)} ON {' AND '.join(conditions)}"
        self._sources.append(Source(text=lambda: text, after=_JOINED))

    def join_aside(self, table: str, *, matches: dict[str, str]) -> str:
        """Join a table that no path finds, its columns equal to known SQL; returns its alias."""
        alias = self.names.take(table)
        conditions = [f"{qualified(alias, column)} = {known}" for column, known in matches.items()]
        self._add_join("JOIN", table=table, alias=alias, conditions=conditions)
        return alias

    def words(self, hops: Hops) -> str:
        """Return what the row at the end of `hops` is called: `author`, `comments_author`."""
        return "_".join(self.storage.word(hop) for hop in hops[len(self.anchor[:-1]) :])

    def fresh_alias(self, wish: str) -> str:
        """Take a name for a derived table or a lateral."""
        return self.names.take(snake_case(wish))


def _on(matches: list[tuple[str, str]]) -> list[str]:
    return [f"{joined} = {known}" for joined, known in matches]


def aliased(table: str, alias: str) -> str:
    """Return a table under an alias; none is written where it has that name already."""
    return identifier(table) if table == alias else f"{identifier(table)} AS {identifier(alias)}"
