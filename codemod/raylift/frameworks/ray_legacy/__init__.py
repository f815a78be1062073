"""Scripts of Ray 2.0 to 2.8, which are lifted where they stand."""
