"""Put on PYTHONPATH, records what a training process does once accelerate is imported; idle without RAYLIFT_RECORD."""

import os

if os.environ.get("RAYLIFT_RECORD"):
    import recorder

    recorder.watch()
