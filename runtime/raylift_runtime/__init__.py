"""What a lifted training script needs on Ray workers."""
