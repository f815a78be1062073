"""What accompanies a Trainer or an epoch loop while it trains."""
