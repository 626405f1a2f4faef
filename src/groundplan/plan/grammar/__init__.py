"""The grammar of the plan language: every construct once, for reading, writing, the JSON Schema and the reference."""
