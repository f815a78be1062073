"""What the reader gets to see: text, diffs, and formats for machines."""
