"""External LMS Exclude: marks, and the rows of a map that they are about."""

from roster.marks.resolving import Marks, pack, resolve, unpack
from roster.marks.rows import MarkRow, about_of, marks_for, marks_of
