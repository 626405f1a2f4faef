"""What passes look up in the plan and the logical model; both engines' designs ask the same."""

from groundplan.logical.facts import LARGE_ROWS, Facts, Writes, is_link, word_of

__all__ = ["LARGE_ROWS", "Facts", "Writes", "is_link", "word_of"]
