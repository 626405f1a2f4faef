"""The plan language: model, reader, writer, types, expressions and its rules."""
