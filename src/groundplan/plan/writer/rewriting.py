"""Writes a changed plan into the files it was read from: what did not change stays as it is, comments and all.

What a plan says is compared key by key in its shortest form, and only the keys that differ are edited in the text. The
result is read back: where it is not the plan that was meant (things in another order, dependencies outside their
entity), the file is written anew, and its comments go to the nearest place that is still there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from groundplan.base.diagnostics import has_errors
from groundplan.base.errors import PlanInvalid
from groundplan.plan.grammar.document import PLAN
from groundplan.plan.model import Plan
from groundplan.plan.reader import PlanReading
from groundplan.plan.reader.reading import plan_of
from groundplan.plan.writer.edited import edited
from groundplan.plan.writer.parts import in_name_order, parts_of
from groundplan.plan.yaml.attachment import Notes, commentary
from groundplan.plan.yaml.nodes import Mapping, Path, mapping, node_at
from groundplan.plan.yaml.reader import Document, read_document
from groundplan.plan.yaml.writer import write_document


def rewrite_plan(reading: PlanReading, plan: Plan) -> str:
    """Return the text of the file that a plan was read from, changed so that it reads as `plan`.

    Raises PlanInvalid where the reading has errors, and ValueError where the plan is of several files
    (`rewrite_files`) or holds what no file can say.
    """
    if len(reading.sources) > 1:
        raise ValueError("the plan is of several files")
    return next(iter(rewrite_files(reading, plan).values()))


def rewrite_files(reading: PlanReading, plan: Plan) -> dict[str, str]:
    """Return the texts of the files that a plan was read from, by name, changed so that together they read as `plan`.

    What is new goes into the plan's own file, all else stays in the file that declares it; with several files the order
    of declarations is theirs. Raises PlanInvalid where the reading has errors, and ValueError where the plan holds what
    no file can say.
    """
    if reading.plan is None or has_errors(reading.diagnostics):
        raise PlanInvalid(reading.diagnostics)
    before = parts_of(reading.plan, documents=reading.sources, declared=reading.plan)
    after = parts_of(plan, documents=reading.sources, declared=reading.plan)
    changes = tuple(zip(reading.sources, before, after, strict=True))
    for write in (_edited, _anew):
        documents = write(changes)
        if _is_meant(documents, plan):
            return {document.source.file: document.source.whole for document in documents}
    raise ValueError("the plan holds what no file can say")


def _is_meant(documents: tuple[Document, ...], plan: Plan) -> bool:
    found = plan_of(documents)
    return found == plan if len(documents) == 1 else in_name_order(found) == in_name_order(plan)


_Changes = tuple[tuple[Document, Plan, Plan], ...]


def _edited(changes: _Changes) -> tuple[Document, ...]:
    return tuple(
        document if before == after else edited(document, before=_root(before), after=_root(after))
        for document, before, after in changes
    )


def _anew(changes: _Changes) -> tuple[Document, ...]:
    return tuple(_written(document, after) for document, _, after in changes)


def _root(plan: Plan) -> Mapping:
    """Return what a file says of a plan; only one of several files says its name."""
    root = PLAN.write(plan)
    entries = root.entries if isinstance(root, Mapping) else ()
    return mapping({entry.key.text: entry.value for entry in entries if entry.key.text != "plan" or plan.name})


def _written(document: Document, plan: Plan) -> Document:
    """Write a file anew, with what it includes and its comments."""
    entries = {entry.key.text: entry.value for entry in _root(plan).entries}
    include = node_at(document.root, ("include",))
    order = [key.name for key in PLAN.keys]
    said = {**entries, "include": include} if include is not None else entries
    root = mapping({key: said[key] for key in order if key in said})
    text = write_document(root, comments=_moved(commentary(document), root))
    result = read_document(text, file=document.source.file)
    return document if result.document is None else result.document


def _moved(comments: dict[Path, Notes], root: Mapping) -> dict[Path, Notes]:
    """Give the comments of nodes that are gone to the nearest node around them that is there."""
    moved: dict[Path, Notes] = {}
    for path, notes in comments.items():
        home = next(path[:length] for length in range(len(path), -1, -1) if node_at(root, path[:length]) is not None)
        there = moved.get(home, Notes())
        if home == path:
            moved[home] = replace(notes, above=(*there.above, *notes.above))
        else:
            moved[home] = replace(there, above=(*there.above, *_lines(notes)))
    return moved


def _lines(notes: Notes) -> Iterator[str]:
    yield from (line for line in notes.above if line)
    if notes.beside:
        yield notes.beside
    yield from (line for line in notes.below if line)
