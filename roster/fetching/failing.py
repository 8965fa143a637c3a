"""What a fetch ends with when there is no bundle to take, and how names in messages are written."""

from __future__ import annotations

from roster.refusal import Refused


class NotYet(Refused):
    """Nothing can be fetched just now; the same look may succeed soon, with nobody's help."""


class Stopped(NotYet):
    """The whole fetch ends here: it took too long, or another process has the source now."""


class Unfinished(NotYet):
    """Something lies there that may still be written: the next look tells."""


def size_in_words(size: int) -> str:
    """Return a size in whole MiB, at least one."""
    return f"{max(1, size >> 20):,} MiB"
