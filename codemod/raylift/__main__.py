"""`python -m raylift`."""

import sys

from raylift.cli import main

sys.exit(main())
