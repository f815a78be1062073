"""Which loop a training reports from."""
