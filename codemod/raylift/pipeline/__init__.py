"""Many files, each on its way from bytes to an outcome, and from there to its place."""
