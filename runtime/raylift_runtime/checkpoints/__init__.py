"""Checkpoints of a run: uploaded once, whole, and found again."""
