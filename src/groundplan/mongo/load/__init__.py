"""Rows into collections: documents assembled as the model shapes them, and inserted in big batches."""

from groundplan.mongo.load.assemble import Assembler, Rows
from groundplan.mongo.load.disassemble import Disassembler, LogicalRow
from groundplan.mongo.load.insert import Invalid, LoadedCollection, load_documents
from groundplan.mongo.load.place import FindRow, Placer

__all__ = [
    "Assembler",
    "Disassembler",
    "FindRow",
    "Invalid",
    "LoadedCollection",
    "LogicalRow",
    "Placer",
    "Rows",
    "load_documents",
]
