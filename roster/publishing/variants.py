"""Which documents records gave before, and with which arguments: a few for each record."""

from __future__ import annotations

import numpy as np

from roster.database import bulk
from roster.publishing.comparing import places
from roster.publishing.lists import Numbers


class Variants:
    """Which documents records gave with which keys, as arrays: a few for each record."""

    def __init__(self, records: Numbers, keys: Numbers, documents: Numbers) -> None:
        order = np.argsort(records, kind="stable")
        self.keys, self.documents = keys[order], documents[order]
        ordered = records[order]
        self.records = bulk.distinct(ordered)
        self.starts = np.append(np.searchsorted(ordered, self.records), len(records))

    def find(self, records: Numbers, keys: Numbers, found: Numbers) -> None:
        """Fill in the documents of those of the records that have none found yet."""
        open_ = np.flatnonzero(found == 0)
        at = places(records[open_], self.records)
        open_, at = open_[at >= 0], at[at >= 0]
        here, ends = self.starts[at], self.starts[at + 1]
        while len(open_):
            same = self.keys[here] == keys[open_]
            found[open_[same]] = self.documents[here[same]]
            more = ~same & (here + 1 < ends)
            open_, here, ends = open_[more], here[more] + 1, ends[more]
