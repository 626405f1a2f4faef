"""Exit codes and how a broken call is told: always a sentence and what to do next, never a traceback."""

from __future__ import annotations

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


def guarded(run: Callable[[], int]) -> int:
    """Run a command; turn errors and interruptions into messages and exit codes."""
    signal.signal(signal.SIGTERM, _end_on_sigterm)
    try:
        return run()
    except (PlanInvalid, NotDesignedYet) as error:
        print_findings(error.diagnostics)
        count = len(error.diagnostics)
        print(f"{count} finding{'' if count == 1 else 's'}: {error.message}; {error.help}", file=sys.stderr)
        return Exit.UNMET if isinstance(error, NotDesignedYet) else Exit.BROKEN_CALL
    except GroundplanError as error:
        print(error, file=sys.stderr)
        return Exit.BROKEN_CALL
    except KeyboardInterrupt:
        print("interrupted; the engine was stopped and nothing was written", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return Exit.FINE


def print_findings(findings: Iterable[Diagnostic]) -> None:
    """Print findings on standard error, in reading order."""
    for finding in findings:
        print(finding, file=sys.stderr)


def _end_on_sigterm(_signum: int, _frame: FrameType | None) -> None:
    """Leave through every `finally` and context manager, so that engines stop."""
    raise SystemExit(Exit.TERMINATED)
