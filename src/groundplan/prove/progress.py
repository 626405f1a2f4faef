"""How a proof tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, the steps done and the steps in all (0 where that is not known)."""
