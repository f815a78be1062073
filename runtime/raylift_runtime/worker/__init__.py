"""How a worker starts, and what it knows of the others."""
