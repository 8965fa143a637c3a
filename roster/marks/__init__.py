"""External LMS Exclude: marks, and the rows of a map that they are about."""

from roster.marks.about import MarkRow, about_of, marks_for, marks_of
from roster.marks.resolving import Marks, pack, resolve, unpack
