"""The passes of the logical stage, one per file."""
