"""What vendors wrote, beside what is published: who reads which of it, as of which write."""

from roster.written.log import WRITTEN
from roster.written.looking import Part
from roster.written.reach import WIDTH, Reach, reach_of
from roster.written.records import Records, Stretch, records, superseded

__all__ = [
    "WIDTH",
    "WRITTEN",
    "Part",
    "Reach",
    "Records",
    "Stretch",
    "reach_of",
    "records",
    "superseded",
]
