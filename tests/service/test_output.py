"""Output folders are replaced whole or not at all."""

import os
from pathlib import Path

import pytest

from groundplan.base.errors import OutputRefused
from groundplan.service.output import MANIFEST, check_output, write_output


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    write_output(tmp_path / "a" / "b", {"README.md": "one", "postgres/schema.sql": "two"})
    assert contents(tmp_path / "a" / "b") == {"README.md": "one", "postgres/schema.sql": "two"}
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_an_earlier_design_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_output(out, {"old.md": "1", "both.md": "1"})
    write_output(out, {"new.md": "2", "both.md": "2"})
    assert contents(out) == {"new.md": "2", "both.md": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    write_output(tmp_path, {"README.md": "one"})
    assert contents(tmp_path) == {"README.md": "one"}


@pytest.mark.parametrize("has_design", [False, True])
def test_files_of_others_are_never_touched(tmp_path: Path, *, has_design: bool) -> None:
    out = tmp_path / "out"
    out.mkdir()
    if has_design:
        write_output(out, {"README.md": "one"})
    (out / "thesis.txt").write_text("years of work")
    before = contents(out)
    with pytest.raises(OutputRefused, match=r"thesis\.txt") as refusal:
        write_output(out, {"README.md": "two"})
    assert "--out" in refusal.value.help
    assert contents(out) == before


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputRefused, match="not a folder"):
        write_output(tmp_path / "out", {"README.md": "one"})


def test_a_link_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    with pytest.raises(OutputRefused, match="not a folder"):
        write_output(tmp_path / "out", {"README.md": "one"})


def test_a_failure_half_way_leaves_the_earlier_design(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    write_output(out, {"README.md": "one"})
    write_text = Path.write_text

    def full_disk(self: Path, text: str, **options: str) -> int:
        if self.name == "b.md":
            raise OSError(28, os.strerror(28))
        return write_text(self, text, **options)

    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(OutputRefused, match="No space left"):
        write_output(out, {"a.md": "two", "b.md": "two"})
    monkeypatch.undo()
    assert contents(out) == {"README.md": "one"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["x" * 300, "x" * 250], ids=["the name", "the name of the folder beside it"])
def test_a_name_too_long_is_refused_before_the_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputRefused, match="name too long") as refusal:
        check_output(tmp_path / name)
    assert "--out" in refusal.value.help


@pytest.mark.parametrize("folder", [".", ".."])
def test_the_folder_one_is_in_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    with pytest.raises(OutputRefused, match="you are in"):
        check_output(Path(folder))


def test_of_many_files_of_others_a_few_are_named() -> None:
    with pytest.raises(OutputRefused, match="holds files that no design put there") as refusal:
        check_output(Path("/"))
    assert len(refusal.value.message) < 500
