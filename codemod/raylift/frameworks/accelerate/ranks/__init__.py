"""What may differ from rank to rank."""
