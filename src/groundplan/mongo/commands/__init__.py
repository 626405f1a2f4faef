"""The design as commands: scripts for mongosh and pymongo, types for programs, and the literals they are written in."""

from groundplan.mongo.commands.create import create_commands, drop_commands
from groundplan.mongo.commands.extended_json import schema_json, validator_files
from groundplan.mongo.commands.pydantic_models import pydantic_models
from groundplan.mongo.commands.python_script import schema_py
from groundplan.mongo.commands.shell_script import revert_js, schema_js
from groundplan.mongo.commands.typescript import typescript

__all__ = [
    "create_commands",
    "drop_commands",
    "pydantic_models",
    "revert_js",
    "schema_js",
    "schema_json",
    "schema_py",
    "typescript",
    "validator_files",
]
