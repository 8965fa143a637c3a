"""What vendors wrote, beside what is published: who reads which of it, as of which write."""

from roster.written.log import WRITTEN
from roster.written.reach import WIDTH, Reach, reach_of
from roster.written.records import NOBODYS, Part, Records, as_of, record_at, records, superseded

__all__ = [
    "NOBODYS",
    "WIDTH",
    "WRITTEN",
    "Part",
    "Reach",
    "Records",
    "as_of",
    "reach_of",
    "record_at",
    "records",
    "superseded",
]
