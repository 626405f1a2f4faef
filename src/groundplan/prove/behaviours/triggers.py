"""What triggers do to a row that changes: its timestamp is touched, and the trail tells who did what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from groundplan.postgres.ddl.audit import ACTOR_SETTING
from groundplan.postgres.model import AuditColumn, AuditTrigger, Table, TouchTrigger
from groundplan.postgres.quoting import statements
from groundplan.prove.behaviours.stage import Behaviour, Sight, Stage, change, deletion
from groundplan.prove.specimen import Command, Scene

_LONG_AGO = "2000-01-01 00:00:00+00"
_ACTOR = "an actor of the proof"


def trigger_behaviours(stage: Stage) -> Iterator[Behaviour]:
    """Yield what the touch and audit triggers of each table do."""
    for table in stage.schema.tables:
        for trigger in table.triggers:
            name = f"{table.name}.{trigger.name}"
            if isinstance(trigger, TouchTrigger):
                watch = partial(_touch, stage, table, trigger)
                yield Behaviour(object=name, behaviour=f"{trigger.column} follows every change", watch=watch)
            if isinstance(trigger, AuditTrigger):
                watch = partial(_audit, stage, table, trigger)
                yield Behaviour(object=name, behaviour="audit trail", watch=watch)


def _touch(stage: Stage, table: Table, trigger: TouchTrigger) -> Sight:
    scene = stage.maker.scene(table).changed({trigger.column: _LONG_AGO})
    stage.trials.insert(scene.rows)
    before = stage.look(scene.row)
    stage.trials.run(change(scene.row, {trigger.column: _LONG_AGO}, table=table))
    after, now = stage.look(scene.row), stage.now()
    was = None if before is None else before[trigger.column]
    is_ = None if after is None else after[trigger.column]
    if was != now and is_ == now:
        return Sight(holds=True, seen=f"an UPDATE moved {trigger.column} from {was} to the time of its transaction")
    return Sight(holds=False, seen=f"not so: an UPDATE moved {trigger.column} from {was} to {is_}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One entry of a trail."""

    operation: str
    changed_at: str
    changed_by: str
    row_key: dict[str, Any]
    old: dict[str, Any] | None
    new: dict[str, Any] | None

    @property
    def values(self) -> list[Any]:
        """Every value in it."""
        return [value for found in (self.row_key, self.old, self.new) if found for value in found.values()]

    @property
    def names(self) -> set[str]:
        """Every column in it."""
        return {name for found in (self.row_key, self.old, self.new) if found for name in found}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expected:
    """What the three entries of a row that is inserted, updated and deleted have to say."""

    now: str
    key: frozenset[str]
    shown: frozenset[str]
    changed: frozenset[str]
    hidden: frozenset[str]
    secrets: frozenset[str]


def _audit(stage: Stage, table: Table, trigger: AuditTrigger) -> Sight:
    scene = _with_secrets(stage, stage.maker.scene(table), table=table, trigger=trigger)
    stage.trials.insert(scene.others)
    earlier = _entries(stage, trigger)
    stage.trials.insert((scene.row,))
    ((signed_in,),) = stage.trials.run(Command(sql="SELECT session_user::text"))
    stage.trials.run(Command(sql="SELECT set_config($1, $2, true)", values=(ACTOR_SETTING, _ACTOR)))
    changed = _visible_change(stage, scene, table=table, trigger=trigger)
    after = _with_secrets(stage, scene, table=table, trigger=trigger).changed(changed)
    secret = {name: after.row.values[name] for name in trigger.hidden if name in after.row.values}
    if changed or secret:
        stage.trials.run(change(scene.row, changed | secret, table=table))
    stage.trials.run(deletion(scene.row, table=table))
    entries = _entries(stage, trigger)
    for entry in earlier:
        entries.remove(entry)
    problems = list(_problems(entries, _expected(stage, scene, after, changed=changed, table=table, trigger=trigger)))
    if signed_in not in {entry.changed_by for entry in entries}:
        problems.append(f"no entry is by {signed_in}, who is signed in")
    if problems:
        return Sight(holds=False, seen=f"not so: {'; '.join(problems)}")
    left_out = f", {', '.join(trigger.hidden)} in none" if trigger.hidden else ""
    what = f"old and new of {', '.join(changed)}" if changed else "nothing that an update could change"
    return Sight(holds=True, seen=f"insert, update and delete of a row left an entry each: who, when, {what}{left_out}")


def _expected(
    stage: Stage,
    before: Scene,
    after: Scene,
    *,
    changed: dict[str, str | None],
    table: Table,
    trigger: AuditTrigger,
) -> _Expected:
    hidden = frozenset(trigger.hidden)
    touched = frozenset(found.column for found in table.triggers if isinstance(found, TouchTrigger))
    rows = (before.row.values, after.row.values)
    visible = {value for values in rows for name, value in values.items() if name not in hidden}
    secrets = {value for values in rows for name, value in values.items() if name in hidden and value}
    return _Expected(
        now=stage.now(),
        key=frozenset(trigger.key) - hidden,
        shown=frozenset(before.row.values) - hidden,
        changed=frozenset(changed) | (touched - hidden if rows[0] != rows[1] else frozenset()),
        hidden=hidden,
        secrets=frozenset(value for value in secrets - visible if value is not None),
    )


def _with_secrets(stage: Stage, scene: Scene, *, table: Table, trigger: AuditTrigger) -> Scene:
    """Return a row with hidden values that no other row has, so that one in the trail would be known for what it is."""
    pointing = {name for key in table.foreign_keys for name in key.columns}
    fresh = stage.maker.scene(table).row.values
    return scene.changed(
        {
            name: fresh[name]
            for name in trigger.hidden
            if name in fresh and name not in pointing and name not in table.primary_key.columns
        }
    )


def _visible_change(stage: Stage, scene: Scene, *, table: Table, trigger: AuditTrigger) -> dict[str, str | None]:
    """Return a new value for one column that the trail shows; none where no column can change alone."""
    pointing = {name for key in table.foreign_keys for name in key.columns}
    touched = {found.column for found in table.triggers if isinstance(found, TouchTrigger)}
    left_alone = pointing | touched | set(table.primary_key.columns) | set(trigger.hidden)
    fresh = stage.maker.scene(table).row.values
    # What people write comes before what defaults write, such as the time of creation.
    for name in sorted(fresh, key=lambda name: table.column(name).default is not None):
        value = fresh[name]
        if name in left_alone or value == scene.row.values[name]:
            continue
        if stage.trials.attempt(change(scene.row, {name: value}, table=table)).is_accepted:
            return {name: value}
    return {}


def _entries(stage: Stage, trigger: AuditTrigger) -> list[_Entry]:
    """Return the entries of the transaction at hand."""
    columns = tuple(column.value for column in AuditColumn)
    sql = statements.select_rows(trigger.audit_table, columns=columns, where=(AuditColumn.CHANGED_AT.value,))
    entries = []
    for row in stage.trials.run(Command(sql=sql, values=(stage.now(),))):
        cells = dict(zip(AuditColumn, row, strict=True))
        old, new = cells[AuditColumn.OLD_VALUES], cells[AuditColumn.NEW_VALUES]
        entries.append(
            _Entry(
                operation=cells[AuditColumn.OPERATION],
                changed_at=cells[AuditColumn.CHANGED_AT],
                changed_by=cells[AuditColumn.CHANGED_BY],
                row_key=json.loads(cells[AuditColumn.ROW_KEY]),
                old=None if old is None else json.loads(old),
                new=None if new is None else json.loads(new),
            )
        )
    return entries


def _problems(entries: list[_Entry], expected: _Expected) -> Iterator[str]:
    operations = [entry.operation for entry in entries]
    wanted = ["insert", *(["update"] if expected.changed else []), "delete"]
    if sorted(operations) != sorted(wanted):
        yield f"the trail has {', '.join(operations) or 'nothing'} in place of {', '.join(wanted)}"
    for entry in entries:
        if entry.operation != "insert" and entry.changed_by != _ACTOR:
            yield f"the {entry.operation} is said to be by {entry.changed_by}, not {_ACTOR}"
        if entry.changed_at != expected.now:
            yield f"the {entry.operation} is said to be at {entry.changed_at}, not {expected.now}"
        if set(entry.row_key) != expected.key:
            yield f"the {entry.operation} names its row by {', '.join(entry.row_key) or 'nothing'}"
        if not _says_what_changed(entry, expected):
            yield f"the {entry.operation} does not show old and new of what changed, and of that alone"
        if entry.names & expected.hidden or any(value in expected.secrets for value in map(str, entry.values)):
            yield f"the {entry.operation} shows a secret"


def _says_what_changed(entry: _Entry, expected: _Expected) -> bool:
    match entry.operation:
        case "insert":
            return entry.old is None and entry.new is not None and set(entry.new) == expected.shown
        case "delete":
            return entry.new is None and entry.old is not None and set(entry.old) == expected.shown
        case _:
            return (
                entry.old is not None
                and entry.new is not None
                and set(entry.old) == set(entry.new) == expected.changed
                and all(entry.old[name] != entry.new[name] for name in entry.new)
            )
