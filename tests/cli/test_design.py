"""`groundplan design` as people run it: what it writes, prints and ends with."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from groundplan.plan.yaml.nodes import Entry, Mapping
from groundplan.plan.yaml.reader import read_document
from groundplan.plan.yaml.writer import write_document

from .conftest import COMMAND, ROOT, SMALL, Run

EXPECTED_FILES = {
    ".groundplan.json",
    "README.md",
    "decisions.json",
    "dictionary.md",
    "evidence.json",
    "postgres/er.mmd",
    "postgres/er.svg",
    "postgres/migrations/0001_initial.down.sql",
    "postgres/migrations/0001_initial.up.sql",
    "postgres/queries/my_notes.sql",
    "postgres/queries/write.sql",
    "postgres/schema.sql",
    "report.html",
}


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def without_evidence(contents: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out what may differ between two runs: measured values."""
    page = re.sub(rb'(<script id="evidence"[^>]*>).*?(</script>)', rb"\1\2", contents["report.html"], flags=re.DOTALL)
    return {name: text for name, text in contents.items() if name != "evidence.json"} | {"report.html": page}


def test_a_proven_design_is_written_whole(run: Run, small_plan: Path, tmp_path: Path) -> None:
    done = run("design", small_plan, "--out", "out", "--rows", "5000")
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(files(tmp_path / "out")) == EXPECTED_FILES
    evidence = json.loads((tmp_path / "out" / "evidence.json").read_text())
    assert {pattern["name"]: pattern["shape_verdict"] for pattern in evidence["patterns"]} == {
        "my_notes": "met",
        "write": "met",
    }
    assert "my_notes" in done.stdout
    assert "out/report.html" in done.stdout
    assert done.stderr.count("\n") <= len(evidence["patterns"]) * 4


def test_json_on_standard_output_is_json(run: Run, small_plan: Path) -> None:
    done = run("design", small_plan, "--out", "out", "--no-prove", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["version"] == 1


def test_with_and_without_proof_the_same_bytes(run: Run, small_plan: Path, tmp_path: Path) -> None:
    assert run("design", small_plan, "--out", "a", "--rows", "2000").returncode == 0
    assert run("design", small_plan, "--out", "b", "--no-prove").returncode == 0
    assert without_evidence(files(tmp_path / "a")) == without_evidence(files(tmp_path / "b"))


@pytest.mark.parametrize("example", ["blog", "auction"])
def test_order_of_declaration_and_hashing_mean_nothing(run: Run, tmp_path: Path, example: str) -> None:
    text = (ROOT / "examples" / f"{example}.plan.yaml").read_text()
    outputs = []
    for turn in range(3):
        folder = tmp_path / str(turn)
        folder.mkdir()
        file = folder / f"{example}.plan.yaml"
        file.write_text(shuffled(text, seed=turn) if turn else text)
        done = run("design", file, "--out", folder / "out", "--no-prove", PYTHONHASHSEED=str(turn))
        assert done.returncode == 0, done.stderr
        outputs.append(files(folder / "out"))
    for name in outputs[0]:
        assert outputs[0][name] == outputs[1][name] == outputs[2][name], name


def shuffled(text: str, *, seed: int) -> str:
    """Return a plan with its declarations, and the attributes of each entity, in another order."""
    shuffler = random.Random(seed)
    root = read_document(text, file="plan").document.root

    def shuffle(node: Mapping) -> Mapping:
        return replace(node, entries=tuple(shuffler.sample(node.entries, len(node.entries))))

    def declaration(entry: Entry) -> Entry:
        inner = tuple(
            replace(part, value=shuffle(part.value)) if part.key.value == "attributes" else part
            for part in entry.value.entries
        )
        return replace(entry, value=replace(entry.value, entries=inner))

    entries = []
    for part in root.entries:
        value = part.value
        if part.key.value == "entities":
            value = replace(value, entries=tuple(map(declaration, value.entries)))
        if part.key.value in {"entities", "relationships", "access", "transactions"}:
            value = shuffle(value)
        entries.append(replace(part, value=value))
    return write_document(replace(root, entries=tuple(shuffler.sample(entries, len(entries)))))


def test_psql_loads_the_schema_in_silence(run: Run, tmp_path: Path, database) -> None:
    psql = shutil.which("psql")
    if psql is None:
        pytest.fail("psql is missing: install Debian's postgresql-client") if os.environ.get("CI") else pytest.skip(
            "psql is not installed"
        )
    done = run("design", ROOT / "examples" / "blog.plan.yaml", "--out", "out", "--no-prove")
    assert done.returncode == 0, done.stderr
    info = database.info
    server = ["-h", info.host, "-p", str(info.port), "-U", info.user, "-d", info.dbname]
    loaded = subprocess.run(
        [psql, "-Xq", "-v", "ON_ERROR_STOP=1", *server, "-f", "out/postgres/schema.sql"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (loaded.returncode, loaded.stderr, loaded.stdout) == (0, "", "")


BROKEN = {
    "not there": (None, "missing.plan.yaml"),
    "a tab": ("plan: a\nentities:\n\tUser: {}\n", ":3:1"),
    "not UTF-8": (b"plan: \xff\n", "UTF-8"),
    "a typo in a key": ("plan: a\nentitys: {}\nentities: {A: {}}\n", 'did you mean "entities"'),
    "an unknown type": ("plan: a\nentities:\n  A: {attributes: {b: txt}}\n", "text"),
    "an unknown attribute": (SMALL.replace("owner = :owner", "ovner = :owner"), 'did you mean "owner"'),
    "an unknown entity": (SMALL.replace("Note.owner > User", "Note.owner > Usr"), 'did you mean "User"'),
    "growth without a unit": (SMALL.replace("{now: 20K}", "{now: 20K, growth: 3%}"), "3%/month"),
    "a default outside its type": (SMALL.replace("bool = false", "int(1..5) = 9"), "9"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_plans_are_told_and_nothing_is_written(run: Run, tmp_path: Path, case: str) -> None:
    text, said = BROKEN[case]
    file = tmp_path / "missing.plan.yaml"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run("design", file, "--out", "out")
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "help:" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_all_findings_are_told_at_once(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.plan.yaml"
    file.write_text(SMALL.replace("text(80)", "txt(80)").replace("owner = :owner", "ovner = :owner"))
    done = run("design", file, "--out", "out")
    assert "txt" in done.stderr
    assert "ovner" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "code", "line"),
    [
        (("design", "typo.plan.yaml"), 2, "PL021", 2),
        (("design", "later.plan.yaml"), 1, "PL900", 2),
        (("design", "missing.plan.yaml"), 2, "EX001", None),
        (("why", "nothing", "good.plan.yaml"), 2, "EX007", None),
        (("rules", "PL9999"), 2, "EX007", None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_failures_are_json_too(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], status: int, code: str, line: int | None
) -> None:
    (tmp_path / "typo.plan.yaml").write_text("plan: a\nentitys: {}\nentities: {A: {}}\n")
    (tmp_path / "later.plan.yaml").write_text("plan: a\nentities: {A: {lifecycle: {history: true}}}\n")
    (tmp_path / "good.plan.yaml").write_text(SMALL)
    done = run(*arguments, "--format", "json")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr, told["version"]) == (status, "", 1)
    first = told["findings"][0]
    assert set(first) == {"code", "severity", "file", "line", "column", "message", "help"}
    assert (first["code"], first["severity"], first["line"]) == (code, "error", line)


def test_notes_are_in_the_json_of_a_design(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notes.plan.yaml"
    file.write_text(SMALL.replace("name: text(80)", "name: text(80) unique = 'nobody'"))
    done = run("design", file, "--out", "out", "--no-prove", "--format", "json")
    assert ("PL139", "warning") in {(note["code"], note["severity"]) for note in json.loads(done.stdout)["findings"]}


def test_names_are_printed_as_they_are(run: Run, tmp_path: Path) -> None:
    name = "[red]my[ notes"
    file = tmp_path / "notes.plan.yaml"
    file.write_text(SMALL.replace("plan: notes", "plan: '[blue]x'").replace("my_notes", f'"{name}"'))
    done = run("design", file, "--out", "out", "--rows", "1000")
    assert done.returncode == 0, done.stderr
    assert name in done.stdout
    assert "[blue]x: " in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is played by /dev/full")
def test_output_that_cannot_be_written_is_no_traceback(small_plan: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "why", "owner_id", str(small_plan)], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], Path]]:
    """Return a function that mounts a disk of some megabytes; its path is short, because sockets are opened below."""
    folder = Path(tempfile.mkdtemp(prefix="gp", dir="/tmp"))

    def mount(megabytes: int) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this system does not let us mount a small disk")
        return folder

    yield mount
    if folder.is_mount():
        subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


@pytest.mark.parametrize("megabytes", [10, 60, 90])
def test_a_full_disk_during_proof_is_told(
    run: Run, tmp_path: Path, small_disk: Callable[[int], Path], megabytes: int
) -> None:
    disk = small_disk(megabytes)
    file = tmp_path / "notes.plan.yaml"
    file.write_text(SMALL.replace("now: 20K", "now: 2M").replace("~200B", "~2KB"))
    done = run("design", file, "--out", "out", TMPDIR=str(disk))
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith("EX005")
    assert str(disk) in done.stderr
    assert "TMPDIR" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
    assert list(disk.iterdir()) == []


def test_what_is_not_designed_yet_is_named_with_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.plan.yaml"
    file.write_text(SMALL.replace("is_pinned: bool = false", "shares: int computed length(title)"))
    done = run("design", file, "--out", "out")
    assert done.returncode == 1
    assert "a.plan.yaml:10:" in done.stderr
    assert "not designed yet" in done.stderr
    assert not (tmp_path / "out").exists()


def test_more_rows_than_memory_holds_are_refused_with_the_reason(run: Run, small_plan: Path, tmp_path: Path) -> None:
    done = run("design", small_plan, "--out", "out", "--rows", "50000001")
    assert done.returncode == 2
    assert "50,000,001 are too many: rows are made up in memory" in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("target", "folders"), [("postgres", {"postgres"}), ("mongo", {"mongodb"}), ("both", {"postgres", "mongodb"})]
)
def test_each_target_has_its_folder(run: Run, small_plan: Path, tmp_path: Path, target: str, folders: set[str]) -> None:
    done = run("design", small_plan, "--target", target, "--out", "out", "--no-prove")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()} == folders


def test_a_folder_with_other_files_is_refused_before_any_work(run: Run, small_plan: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    done = run("design", small_plan, "--out", "out")
    assert done.returncode == 2
    assert "thesis.txt" in done.stderr
    assert "--out" in done.stderr


def servers(mark: str) -> set[int]:
    """Return the process ids of the PostgreSQL servers whose environment holds `mark`."""
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_bytes().split(b"\0")[0]
            environment = (place / "environ").read_bytes()
        except OSError:
            continue
        if command.endswith(b"/postgres") and mark.encode() in environment:
            found.add(int(place.name))
    return found


def wait_until(condition: Callable[[], object], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="process ids are read from /proc")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda sent: sent.name)
def test_killed_during_proof_it_leaves_nothing(small_plan: Path, tmp_path: Path, sent: signal.Signals) -> None:
    mark = f"GROUNDPLAN_MARK={uuid.uuid4()}"
    name, _, value = mark.partition("=")
    process = subprocess.Popen(
        [COMMAND, "design", str(small_plan), "--out", "out"],
        cwd=tmp_path,
        env={**os.environ, name: value},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: servers(mark) or process.poll() is not None, seconds=60)
    assert process.poll() is None, "it ended before it could be killed"
    time.sleep(0.3)
    process.send_signal(sent)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Traceback" not in errors
    wait_until(lambda: not servers(mark), seconds=30)
    assert not servers(mark)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.plan.yaml"]


def test_another_version_than_the_plans_proves_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.plan.yaml"
    file.write_text(SMALL.replace("{postgres: 18}", "{postgres: 16}"))
    done = run("design", file, "--out", "out", "--rows", "2000")
    assert done.returncode == 1, done.stderr
    assert "uuidv7" not in (tmp_path / "out" / "postgres" / "schema.sql").read_text()
    evidence = json.loads((tmp_path / "out" / "evidence.json").read_text())
    assert {pattern["shape_verdict"] for pattern in evidence["patterns"]} == {"not_proven"}
    assert all("16" in pattern["reason"] for pattern in evidence["patterns"])


def test_a_version_that_never_was_is_told(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.plan.yaml"
    file.write_text(SMALL.replace("{postgres: 18}", "{postgres: 9}"))
    done = run("design", file, "--out", "out")
    assert done.returncode == 1
    assert "PostgreSQL 9 (of 14 to 18) is not designed yet" in done.stderr
