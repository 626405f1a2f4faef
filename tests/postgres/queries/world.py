"""Random rows of the shop as objects that refer to each other, and their way into tables."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

from .shop import Built

LINKS = (
    ("User.friends", "user", "friend"),
    ("Post.tags", "post", "tag"),
    ("Post.topics", "post", "topic"),
    ("Topic.keepers", "topic", "user"),
)
"""The n:m relationships of the shop, and what a link calls its two sides."""


@dataclass(eq=False, slots=True)
class Row:
    """One row: values by attribute, referenced rows by relationship label (a list for n:m)."""

    entity: str
    values: dict[str, Any]
    links: dict[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        return self.values.get(name)


class World:
    """Random rows of the shop, and reads answered by walking them."""

    def __init__(self, seed: int, *, sizes: Mapping[str, int] | None = None) -> None:
        self.random = random.Random(seed)
        self.rows: dict[str, list[Row]] = {}
        self.now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
        counts = {"User": 8, "Post": 30, "Tag": 5, "Topic": 4, "Comment": 60, "Device": 5, "Reading": 40}
        self._fill({**counts, **(sizes or {})})

    def _maybe(self, value: Any, share: float = 0.3) -> Any:
        return None if self.random.random() < share else value

    def _deleted(self) -> Any:
        return self._maybe(self.now, 0.75)

    def _add(self, entity: str, links: dict[str, Any] | None = None, **values: Any) -> Row:
        row = Row(entity, values, links or {})
        self.rows.setdefault(entity, []).append(row)
        return row

    def _id(self) -> uuid.UUID:
        return uuid.UUID(int=self.random.getrandbits(128), version=4)

    def _fill(self, counts: Mapping[str, int]) -> None:
        pick, some = self.random.choice, self.random.randrange
        for number in range(counts["User"]):
            email = f"{'Person' if some(2) else 'person'}{number}@example.org"
            user = self._add(
                "User", id=self._id(), email=email, name=f"name {number}", karma=self._maybe(some(4)),
                deleted_at=self._deleted(),
            )  # fmt: skip
            for _ in range(some(3)):
                self._add("Profile", {"Profile.user": user}, id=self._id(), bio=f"bio {some(9)}", deleted_at=self.now)
            if some(2):
                self._add("Profile", {"Profile.user": user}, id=self._id(), bio=f"bio {some(9)}", deleted_at=None)
        users = self.rows["User"]
        for user in users:
            user.links["User.friends"] = self.random.sample(users, some(4))
            if some(2):
                self._add("Badge", {"Badge.user": user}, level=some(4))
        for number in range(counts["Tag"]):
            gone = self._deleted() if number > 1 else None
            self._add("Tag", id=self._id(), name=f"tag {number}", weight=some(4), deleted_at=gone)
        for number in range(counts["Topic"]):
            self._add("Topic", id=self._id(), name=f"topic {number}")
        for topic in self.rows["Topic"]:
            # `Topic.notes < Note` is stored on the note's side, and linked from there.
            for _ in range(some(4)):
                self._add("Note", {"Topic.notes": topic}, id=self._id(), text=f"note {some(4)}")
        for topic, number in itertools.product(self.rows["Topic"], range(some(3) + 2)):
            others = [row for row in self.rows.get("Chapter", []) if row.links["Chapter.topic"] is topic]
            links = {"Chapter.topic": topic, "Chapter.after": self._maybe(pick(others)) if others else None}
            self._add("Chapter", links, number=number, title=f"chapter {some(3)}")
        for number in range(counts["Post"]):
            links = {
                "Post.author": pick(users),
                "Post.editor": self._maybe(pick(users)),
                "Post.tags": self.random.sample(self.rows["Tag"], some(counts["Tag"] + 1)),
                "Post.topics": self.random.sample(self.rows["Topic"], some(3)),
            }
            self.add_post(number, links)
        posts = self.rows["Post"]
        for number in range(counts["Comment"]):
            post = pick(posts)
            siblings = [row for row in self.rows.get("Comment", []) if row.links["Comment.post"] is post]
            links = {
                "Comment.post": post,
                "Comment.author": self._maybe(pick(users)),
                "Comment.parent": self._maybe(pick(siblings)) if siblings else None,
            }
            self._add(
                "Comment", links, id=self._id(), text=f"text {number}", votes=self._maybe(some(5)),
                deleted_at=self._deleted(),
            )  # fmt: skip
        for post, user in itertools.product(posts, users):
            if some(4) == 0:
                self._add("Like", {"Like.post": post, "Like.user": user}, strength=some(5))
        for number in range(counts["Device"]):
            self._add("Device", serial=f"d{number}", site=f"site {some(2)}")
        taken = set()
        for _ in range(counts["Reading"]):
            device, at = pick(self.rows["Device"]), self.now + dt.timedelta(minutes=some(30), microseconds=some(3))
            if (device.get("serial"), at) not in taken:
                taken.add((device.get("serial"), at))
                kind, value = pick("abc"), pick([0.1, 0.5, -2.25, 1e300, 3.0])
                self._add("Reading", {"Reading.device": device}, at=at, value=value, kind=kind)
        for topic in self.rows["Topic"]:
            topic.links["Topic.keepers"] = self.random.sample(users, some(len(users)))
        self._add_links()

    def _add_links(self) -> None:
        """Make each link of an n:m relationship a row with a side to either end, as patterns over links see it."""
        some = self.random.randrange
        for label, near, far in LINKS:
            ends = [(row, target) for row in self.rows[label.partition(".")[0]] for target in row.links[label]]
            for row, target in ends:
                own = {"rank": some(3), "note": self._maybe(f"note {some(3)}")} if label == "Topic.keepers" else {}
                self._add(label, {f"{label}.{near}": row, f"{label}.{far}": target}, **own)

    def add_post(self, number: int, links: dict[str, Any]) -> Row:
        """Add a post with few different ranks, scores and times, so that pages break between equals."""
        some = self.random.randrange
        return self._add(
            "Post", links, id=self._id(), title=f"Post {some(10)}", slug=f"post-{number}",
            status=self.random.choice(["draft", "published"]), rank=some(3), score=self._maybe(some(3)),
            at=self.now + dt.timedelta(microseconds=some(3)),
            labels=[f"l{some(4)}" for _ in range(some(3))],
        )  # fmt: skip

    def new_post(self) -> Row:
        """Add one more post by somebody."""
        links = {
            "Post.author": self.random.choice(self.rows["User"]), "Post.editor": None, "Post.tags": [],
            "Post.topics": [],
        }  # fmt: skip
        return self.add_post(len(self.rows["Post"]) + 1000, links)

    # Into tables

    def load(self, connection: psycopg.Connection, shop: Built) -> None:
        """Insert every row, references before what refers to them."""
        for relation in shop.logical.relations:
            for row in self.rows.get(relation.source, []):
                self.insert(connection, shop, row)
        connection.execute("ANALYZE")

    def insert(self, connection: psycopg.Connection, shop: Built, row: Row) -> None:
        relation = shop.logical.of_source(row.entity)
        values = {attribute.name: row.values[attribute.declared] for attribute in relation.attributes
                  if attribute.declared in row.values}  # fmt: skip
        for reference in relation.references:
            target = row.links.get(relation.walked_by(reference))
            held = self._columns(target, shop, reference.target) if target is not None else {}
            for name, far in zip(reference.attributes, reference.target_attributes, strict=True):
                if target is not None or name not in values:
                    values[name] = held.get(far)
        self._insert(connection, shop, relation.name, values)

    def _columns(self, row: Row, shop: Built, relation_name: str) -> dict[str, Any]:
        """Return the values of a row by logical attribute name, those of its references too."""
        relation = shop.logical.relation(relation_name)
        found = {attribute.name: row.values.get(attribute.declared) for attribute in relation.attributes}
        for reference in relation.references:
            target = row.links.get(relation.walked_by(reference))
            if target is not None:
                far = self._columns(target, shop, reference.target)
                for name, there in zip(reference.attributes, reference.target_attributes, strict=True):
                    found[name] = far[there]
        return found

    def _insert(self, connection: psycopg.Connection, shop: Built, relation: str, values: dict[str, Any]) -> None:
        table = shop.design.schema.of_relation(relation)
        columns = {column.attribute: column.name for column in table.columns}
        names = psycopg.sql.SQL(", ").join(psycopg.sql.Identifier(columns[name]) for name in values)
        marks = psycopg.sql.SQL(", ").join(psycopg.sql.Placeholder() for _ in values)
        statement = psycopg.sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            psycopg.sql.Identifier(table.name), names, marks
        )
        connection.execute(statement, list(values.values()))
