"""The report of an epoch: where it stands, and what it holds."""
