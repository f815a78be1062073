"""What raylift lifts: a room for each source framework, and the tuples that name their steps."""
