"""The design as commands: scripts for mongosh and pymongo, types for programs, and the literals they are written in."""
