"""An Accelerate config, read on the driver and applied on every worker."""
