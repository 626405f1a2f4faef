"""Rows into collections: documents assembled as the model shapes them, and inserted in big batches."""

from groundplan.mongo.load.assemble import Assembler, Rows
from groundplan.mongo.load.insert import Invalid, LoadedCollection, load_documents

__all__ = ["Assembler", "Invalid", "LoadedCollection", "Rows", "load_documents"]
