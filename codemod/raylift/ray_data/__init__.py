"""Data that the driver loads and hands over, asked for with `--data ray`."""
