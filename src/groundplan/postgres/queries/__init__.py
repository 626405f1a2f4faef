"""Access patterns and transactions compiled to parameterised SQL."""
