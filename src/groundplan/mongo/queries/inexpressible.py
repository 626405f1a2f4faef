"""What MongoDB's language does not say."""

from __future__ import annotations


class Inexpressible(Exception):
    """A formula or a read that has no counterpart; `reason` says why, `instead` what can be done."""

    def __init__(self, reason: str, *, instead: str = "write `mongo:` for it") -> None:
        super().__init__(reason)
        self.reason = reason
        self.instead = instead
