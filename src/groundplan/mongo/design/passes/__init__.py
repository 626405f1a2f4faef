"""The passes of the MongoDB design, one per file."""
