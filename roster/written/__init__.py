"""What vendors wrote, beside what is published: who reads which of it, as of which write."""

from roster.written.reach import WIDTH, Reach, reach_of
from roster.written.records import WRITTEN, Records, record, records, state_of, superseded

__all__ = [
    "WIDTH",
    "WRITTEN",
    "Reach",
    "Records",
    "reach_of",
    "record",
    "records",
    "state_of",
    "superseded",
]
