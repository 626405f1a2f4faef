"""Folders of the cache appear whole, once, and under one name."""

from __future__ import annotations

import os
import time

import pytest

from groundplan.base.servers.cache import cache_folder, discard, keep


def test_a_folder_is_filled_once(tmp_path):
    def fill(folder):
        (folder / "file").write_text("first")

    def fail(folder):
        raise AssertionError

    assert keep(tmp_path / "cache/name", fill=fill) == tmp_path / "cache/name"
    assert keep(tmp_path / "cache/name", fill=fail) == tmp_path / "cache/name"
    assert (tmp_path / "cache/name/file").read_text() == "first"


def test_the_first_to_finish_gives_the_name_and_the_other_takes_what_is_there(tmp_path):
    target = tmp_path / "name"

    def fill(folder):
        keep(target, fill=lambda other: (other / "file").write_text("first"))
        (folder / "file").write_text("second")

    assert keep(target, fill=fill) == target
    assert (target / "file").read_text() == "first"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("error", [OSError("full"), KeyboardInterrupt()])
def test_a_folder_that_was_not_filled_is_not_there(tmp_path, error):
    def fill(folder):
        (folder / "file").write_text("half")
        raise error

    with pytest.raises(type(error)):
        keep(tmp_path / "name", fill=fill)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_swept_and_what_is_being_made_is_not(tmp_path):
    abandoned, in_the_making, another = (tmp_path / name for name in (".name-old", ".name-new", ".other-old"))
    for folder in (abandoned, in_the_making, another):
        folder.mkdir()
    two_hours_ago = time.time() - 7200
    os.utime(abandoned, (two_hours_ago, two_hours_ago))
    os.utime(another, (two_hours_ago, two_hours_ago))
    target = keep(tmp_path / "name", fill=lambda folder: None)
    assert sorted(tmp_path.iterdir()) == [in_the_making, another, target]


def test_a_discarded_folder_is_gone_and_discarding_it_twice_does_no_harm(tmp_path):
    target = keep(tmp_path / "name", fill=lambda folder: (folder / "file").touch())
    discard(target)
    discard(target)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"GROUNDPLAN_CACHE": "/chosen", "XDG_CACHE_HOME": "/xdg", "HOME": "/home/ada"}, "/chosen"),
        ({"GROUNDPLAN_CACHE": "", "XDG_CACHE_HOME": "/xdg", "HOME": "/home/ada"}, "/xdg/groundplan"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/ada"}, "/home/ada/.cache/groundplan"),
        ({"HOME": "/home/ada"}, "/home/ada/.cache/groundplan"),
    ],
)
def test_the_cache_is_where_the_environment_says(monkeypatch, environment, folder):
    for name in ("GROUNDPLAN_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert str(cache_folder()) == folder


def test_a_relative_choice_counts_from_here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GROUNDPLAN_CACHE", "cache")
    assert cache_folder() == tmp_path / "cache"
