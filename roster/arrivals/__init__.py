"""Bundles that came in: recorded with their checksum, kept encrypted until they are done with."""

from roster.arrivals.keeping import clear_left_behind, forget, keep, unpacked
from roster.arrivals.receiving import receive
