"""The datasets that the driver has handed over to this worker, by name: set before the script begins."""

from __future__ import annotations

from typing import Any

datasets: dict[str, Any] = {}
