"""Exit codes and how a broken call is told: always a sentence and what to do next, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from enum import IntEnum
from types import FrameType

from groundplan.base.diagnostics import Diagnostic
from groundplan.base.errors import GroundplanError, NotDesignedYet, PlanInvalid


class Exit(IntEnum):
    """What a process ends with."""

    FINE = 0
    UNMET = 1
    BROKEN_CALL = 2
    INTERRUPTED = 130
    TERMINATED = 143


def guarded(run: Callable[[], int], *, is_json: bool = False) -> int:
    """Run a command; turn errors and interruptions into messages and exit codes.

    `is_json` tells errors as one JSON object on standard output: `version` and `findings`.
    """
    signal.signal(signal.SIGTERM, _end_on_sigterm)
    try:
        status = run()
        sys.stdout.flush()
    except GroundplanError as error:
        if is_json:
            print(json.dumps({"version": 1, "findings": _findings_of(error)}, indent=2, ensure_ascii=False))
        else:
            _print_error(error)
        return Exit.UNMET if isinstance(error, NotDesignedYet) else Exit.BROKEN_CALL
    except KeyboardInterrupt:
        print("interrupted; the engine was stopped and nothing was written", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _give_up_output()
        return Exit.FINE
    except OSError as error:
        _give_up_output()
        print(
            f"the system refused: {error}\n    help: look at the disk's space and rights, and run again",
            file=sys.stderr,
        )
        return Exit.BROKEN_CALL
    return status


def finding_shape(finding: Diagnostic) -> dict[str, object]:
    """Return a finding as the JSON output has it."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": finding.origin.file,
        "line": finding.origin.line,
        "column": finding.origin.column,
        "message": finding.message,
        "help": finding.help,
    }


def print_findings(findings: Iterable[Diagnostic]) -> None:
    """Print findings on standard error, in reading order."""
    for finding in findings:
        print(finding, file=sys.stderr)


def _findings_of(error: GroundplanError) -> list[dict[str, object]]:
    """Return the findings that an error carries, or itself as one without a place."""
    if isinstance(error, PlanInvalid | NotDesignedYet):
        return [finding_shape(finding) for finding in error.diagnostics]
    nowhere = {"file": None, "line": None, "column": None}
    return [{"code": error.code, "severity": "error", **nowhere, "message": error.message, "help": error.help}]


def _print_error(error: GroundplanError) -> None:
    if isinstance(error, PlanInvalid | NotDesignedYet):
        print_findings(error.diagnostics)
        count = len(error.diagnostics)
        print(f"{count} finding{'' if count == 1 else 's'}: {error.message}; {error.help}", file=sys.stderr)
    else:
        print(error, file=sys.stderr)


def _give_up_output() -> None:
    """Point standard output nowhere: what is left in it cannot be written, and the interpreter would try once more."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _end_on_sigterm(_signum: int, _frame: FrameType | None) -> None:
    """Leave through every `finally` and context manager, so that engines stop."""
    raise SystemExit(Exit.TERMINATED)
