"""A plan becomes code, through LibCST."""
