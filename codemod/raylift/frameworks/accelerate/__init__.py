"""Loops that train with an Accelerator."""
