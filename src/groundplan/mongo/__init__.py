"""MongoDB: documents designed by cost, their commands, queries, plans, and the embedded server."""
