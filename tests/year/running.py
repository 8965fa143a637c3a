"""Whether every day of the year is lived through."""

from __future__ import annotations

import os

LONG = os.environ.get("YEAR") == "long"
