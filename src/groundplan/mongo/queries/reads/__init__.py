"""Reads: which documents, in which order, and what is looked up beside them."""
