"""What ranks report, and what becomes of it in the result."""
