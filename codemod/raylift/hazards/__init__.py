"""What hurts any script on Ray workers, whatever it trains with."""
