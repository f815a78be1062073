"""What moves into the train function, and what launches it."""
