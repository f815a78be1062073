"""A result is read as a stranger would, who knows its source and nothing of how it was made; what fails is not delivered."""
