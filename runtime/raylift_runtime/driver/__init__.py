"""What happens in the driver before workers start."""
