"""A shop of posts, tags and readings, through every stage up to its queries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from groundplan.base.diagnostics import has_errors
from groundplan.logical.derive import derive_relations
from groundplan.logical.model import LogicalModel
from groundplan.plan.patterns import ReadPattern, ResolvedPlan
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.design import design_postgres
from groundplan.postgres.model import PostgresDesign
from groundplan.postgres.queries import compile_workload, view_sql
from groundplan.postgres.queries.model import CompiledPattern, CompiledRead, CompiledWorkload

SHOP = """
plan: shop
targets: {postgres: 18}
conventions: {timestamps: false}
entities:
  User:
    rows: {now: 20K}
    lifecycle: {delete: soft}
    attributes: {email: email unique, name: text(1..40) unique, karma: int?}
  Profile:
    rows: {now: 20K}
    lifecycle: {delete: soft}
    attributes: {bio: text(200)}
  Post:
    rows: {now: 200K}
    attributes:
      title:  text(100)
      slug:   text(40) unique
      status: enum(draft 10%, published 90%) = draft
      rank:   int
      score:  int?
      at:     timestamp
      labels: list of text
  Tag:
    rows: {now: 1K}
    lifecycle: {delete: soft}
    attributes: {name: text(50) unique, weight: int}
  Topic:
    rows: {now: 100}
    attributes: {name: text(50) unique}
  Comment:
    rows: {now: 2M}
    lifecycle: {delete: soft}
    attributes: {text: text(200), votes: int?}
  Like:
    rows: {now: 1M}
    key: [post, user]
    attributes: {strength: int}
  Device:
    rows: {now: 1K}
    key: [serial]
    attributes: {serial: text(20), site: text(20)}
  Reading:
    rows: {now: 20M}
    key: [device, at]
    attributes: {at: timestamp, value: float, kind: text(10)}
  Chapter:
    rows: {now: 500}
    key: [topic, number]
    attributes: {number: int, title: text(40)}
  Note:
    attributes: {text: text(40)}
  Badge:
    key: [user]
    attributes: {level: int}
relationships:
  User.friends <> User:      {inverse: friend_of}
  Topic.notes < Note:        {inverse: topic}
  Badge.user - User:         {inverse: badge}
  Chapter.topic > Topic:     {inverse: chapters}
  Chapter.after > Chapter?:  {inverse: followers, same: topic}
  Profile.user - User:       {inverse: profile}
  Post.author > User:        {inverse: posts}
  Post.editor > User?:       {inverse: edited}
  Post.tags <> Tag:          {inverse: posts}
  Post.topics <> Topic:      {inverse: posts}
  Topic.keepers <> User:     {inverse: keeps, attributes: {rank: int = 1, note: text(40)?}}
  Comment.post > Post:       {inverse: comments}
  Comment.author > User?:    {inverse: comments}
  Comment.parent > Comment?: {inverse: replies, same: post}
  Like.post > Post:          {inverse: likes}
  Like.user > User:          {inverse: likes}
  Reading.device > Device:   {inverse: readings}
access:
"""

OTHER_TYPES = json.dumps(
    {
        "postgres.User.email.type": "citext",
        "postgres.User.name.type": "varchar(40)",
        "postgres.Post.status.type": "enum",
        "postgres.Post.slug.type": "varchar(40)",
        "postgres.Post.title.type": "varchar(100)",
        "postgres.Post.rank.type": "bigint",
        "postgres.Topic.name.type": "varchar(50)",
        "postgres.Device.serial.type": "varchar(20)",
        "postgres.Reading.kind.type": "varchar(10)",
    }
)
"""Decisions that give columns the types they would not have by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A plan through every stage up to its queries."""

    resolved: ResolvedPlan
    logical: LogicalModel
    design: PostgresDesign
    workload: CompiledWorkload
    schema: str

    def pattern(self, name: str) -> ReadPattern:
        return next(each for each in self.resolved.patterns if each.name == name and isinstance(each, ReadPattern))

    def read(self, name: str) -> CompiledRead:
        compiled = self.workload.pattern(name)
        assert isinstance(compiled, CompiledRead)
        return compiled

    def compiled(self, name: str) -> CompiledPattern:
        return self.workload.pattern(name)


def built(text: str, folder: Path) -> Built:
    """Take a plan through every stage; a plan with errors fails the test."""
    file = folder / "test.plan.yaml"
    file.write_text(text)
    reading = read_plan(file)
    assert reading.plan is not None, reading.diagnostics
    assert not has_errors(reading.diagnostics), reading.diagnostics
    resolved = resolve(reading.plan)
    assert not has_errors(resolved.diagnostics), [str(found) for found in resolved.diagnostics]
    logical = derive_relations(resolved)
    design = design_postgres(resolved, logical)
    assert not has_errors(design.diagnostics), [str(found) for found in design.diagnostics]
    workload = compile_workload(resolved, logical, design)
    schema = schema_sql(design.schema, views=view_sql(resolved, logical, design))
    return Built(resolved=resolved, logical=logical, design=design, workload=workload, schema=schema)
