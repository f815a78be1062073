"""What the driver runs to make the data: the statements that the data come from, and how they are told there."""
