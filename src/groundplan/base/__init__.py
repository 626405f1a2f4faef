"""Words every stage shares: origins, diagnostics, errors, decisions, names and graphs. Imports nothing of ours."""
