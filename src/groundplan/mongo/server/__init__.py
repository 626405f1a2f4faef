"""An embedded mongod: found, started as a replica set of one node, and gone with the process that started it."""

from groundplan.mongo.server.mongod import EmbeddedMongod, start_mongod

__all__ = ["EmbeddedMongod", "start_mongod"]
