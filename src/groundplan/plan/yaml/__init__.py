"""YAML 1.2 documents: nodes with places, a reader without surprises, a writer and edits that keep all else as it is."""
