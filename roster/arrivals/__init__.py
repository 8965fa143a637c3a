"""Bundles that came in: recorded with their checksum, kept encrypted until they are done with."""

from roster.arrivals.keeping import forget, keep, unpacked
from roster.arrivals.receiving import receive

__all__ = ["forget", "keep", "receive", "unpacked"]
