"""A reader of everything: what is hidden from it is hidden from all, by marks above all."""

from __future__ import annotations

from roster.deciding.rules import SHARES
from roster.kinds import COLLECTIONS

VERSION = "1.2"

RULES = {
    "shares": sorted(SHARES),
    "types": sorted({name for each in COLLECTIONS.values() for name in each.types}),
}
"""Rules under which everything is shared that any connection could have."""
