"""types.ts compiles in strict mode and refuses what it should; models.py takes every document and gives it back."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bson import Decimal128
from pydantic import ValidationError

from groundplan.mongo.commands import create_commands, pydantic_models, typescript
from groundplan.mongo.commands.shapes import shapes
from groundplan.mongo.commands.typescript import type_text
from groundplan.plan.types import Decimal, EnumValue, Integer, ListOf, Range, Text
from groundplan.plan.types import Enum as EnumType

from .studio import FLAT, HOSTILE, OPTIONS, STUDIO, Studio, designed, documents, studio

PROGRAM = """
import type { Collections, RoomDocument } from './types';
import { Decimal128, MongoClient, UUID } from 'mongodb';

export async function use(client: MongoClient, room: RoomDocument): Promise<string | undefined> {
  const rooms = client.db().collection<Collections['rooms']>('rooms');
  const found = await rooms.findOne({ slug: room.slug });
  await rooms.updateOne({ _id: new UUID() }, { $set: { price: Decimal128.fromString('1.50'), 'spot.type': 'Point' } });
  const upper: Date | undefined = found?.bookings[0]?.during?.upper;
  const longitude: number = room.spot.coordinates[0];
  return upper === undefined || longitude > 0 ? found?.bookings[0]?.paid_by?.nickname : undefined;
}
"""
WRONG = (
    "room.seats = '5';",
    "room.bookings[0].member.website = 'x';",
    "room.price = 1.5;",
    "room.rating = null;",
    "room.spot.type = 'Circle';",
    "room.schema_version = 2;",
    "delete room.labels;",
)


def compiled(folder: Path, node_modules: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    (folder / "node_modules").symlink_to(node_modules)
    for name, text in programs.items():
        (folder / f"{name}.ts").write_text(text)
    options = ["--strict", "--noEmit", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"]
    return subprocess.run(
        [node_modules / ".bin" / "tsc", *options, "--exactOptionalPropertyTypes", *(f"{name}.ts" for name in programs)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize(
    "made", [designed(STUDIO, layout=FLAT), designed(HOSTILE, layout=FLAT)], ids=["flat", "hostile"]
)
def test_interfaces_compile_in_strict_mode(made: Studio, node_modules, tmp_path) -> None:
    done = compiled(tmp_path, node_modules, types=typescript(made.model, made.logical))
    assert (done.stdout, done.returncode) == ("", 0)


def test_a_program_uses_them_and_mistakes_are_found(node_modules, tmp_path) -> None:
    made = studio()
    types = typescript(made.model, made.logical)
    mistakes = "import type { RoomDocument } from './types';\nexport function wrong(room: RoomDocument): void {\n"
    mistakes += "\n".join(WRONG) + "\n}\n"
    done = compiled(tmp_path, node_modules, types=types, program=PROGRAM, mistakes=mistakes)
    lines = [line for line in done.stdout.splitlines() if "error TS" in line]
    assert len(lines) == len(WRONG), done.stdout
    assert {int(line.split("(")[1].split(",")[0]) for line in lines} == set(range(3, 3 + len(WRONG)))
    assert all(line.startswith("mistakes.ts(") for line in lines)


def test_the_brief_s_way_of_writing_is_kept() -> None:
    made = studio()
    text = typescript(made.model, made.logical)
    assert "export interface RoomDocument {\n  _id: UUID;\n" in text
    assert "  level: 'new' | 'regular' | 'old hand';\n" in text
    assert "  website?: string;\n" in text
    assert "  bookings: BookingDocument[];\n" in text
    assert "import type { Binary, Decimal128, ObjectId, UUID } from 'mongodb';" in text


def test_types_in_typescript() -> None:
    assert type_text(Integer(maximum=2**60)) == "number | Long"
    assert type_text(ListOf(of=EnumType(values=(EnumValue("it's"), EnumValue("b"))))) == "(\"it's\" | 'b')[]"
    assert type_text(ListOf(of=Text())) == "string[]"
    assert type_text(Range(of=Decimal(precision=5, scale=2))) == "Span<Decimal128>"


# Pydantic


def loaded(made: Studio, folder: Path) -> ModuleType:
    path = folder / "models.py"
    path.write_text(pydantic_models(made.model, made.logical))
    spec = importlib.util.spec_from_file_location(f"models_{folder.name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> ModuleType:
    return loaded(studio(), tmp_path_factory.mktemp("models"))


def model_of(models: ModuleType, collection: str) -> Any:
    shape = next(each for each in shapes(studio().model) if each.collection and each.collection.name == collection)
    return getattr(models, shape.name)


def test_every_document_is_taken_and_given_back(models, mongo_database) -> None:
    made = studio()
    for command in create_commands(made.model, made.logical):
        mongo_database.command(command)
    database = mongo_database.with_options(codec_options=OPTIONS)
    for collection, found in documents().items():
        for document in found:
            read = model_of(models, collection).model_validate(deepcopy(document))
            given = read.to_document()
            assert given == document
            database[collection].insert_one(given)


@pytest.mark.parametrize(
    ("collection", "field", "value"),
    [
        ("members", "email", "Capital@example.org"),
        ("members", "email", 5),
        ("members", "nickname", "ab"),
        ("members", "level", "other"),
        ("members", "last_seen", "300.1.1.1"),
        ("members", "_id", "018f4e7a-7b2c-7def-8123-456789abcdef"),
        ("members", "drifted", 1),
        ("members", "schema_version", 2),
        ("rooms", "price", Decimal128("1.005")),
        ("rooms", "price", "1.5"),
        ("rooms", "seats", 501),
        ("rooms", "seats", "5"),
        ("rooms", "rating", 5.5),
        ("rooms", "open", 1),
        ("rooms", "labels", ["a"] * 4),
        ("rooms", "look", [1.0]),
        ("rooms", "spot", {"type": "Circle", "coordinates": [1.0, 2.0]}),
        ("rooms", "bookings", None),
        ("readings", "at", "2026-01-01"),
    ],
)
def test_what_the_server_refuses_the_models_refuse(models, collection, field, value) -> None:
    document = {**documents()[collection][0], field: value}
    with pytest.raises(ValidationError) as refusal:
        model_of(models, collection).model_validate(document)
    assert any(error["loc"][0] == field for error in refusal.value.errors())


def test_a_day_is_a_midnight(models) -> None:
    profile = next(each["profile"] for each in documents()["members"] if "profile" in each)
    models.ProfileDocument.model_validate(profile)
    with pytest.raises(ValidationError, match="midnight"):
        models.ProfileDocument.model_validate({**profile, "birthday": datetime(2000, 1, 1, 12, tzinfo=UTC)})


def test_secrets_are_not_shown(models) -> None:
    member = documents()["members"][0]
    assert member["token"] not in repr(models.MemberDocument.model_validate(member))


def test_any_name_becomes_one_of_python(tmp_path) -> None:
    made = designed(HOSTILE, layout=FLAT)
    module = loaded(made, tmp_path)
    fields = module.ItSAThingXDocument.model_fields
    assert {field.alias or name for name, field in fields.items()} >= {
        "__proto__",
        "class",
        "copy",
        "n_1",
        "price$",
        "größe",
        "model_name",
        "datetime",
    }
    assert all(name.isidentifier() and name.isascii() for name in fields)


def test_generated_python_has_no_finding(tmp_path) -> None:
    for number, made in enumerate((studio(), designed(HOSTILE, layout=FLAT))):
        (tmp_path / f"models{number}.py").write_text(pydantic_models(made.model, made.logical))
    done = subprocess.run(
        [Path(sys.executable).parent / "ruff", "check", "--isolated", "--select", "E4,E7,E9,F", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
