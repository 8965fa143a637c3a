"""Writes of vendors: read, checked, completed, and kept beside what bundles brought."""

from roster.grading.arrived import Arrived, Record, classes_of, of_class, since
from roster.grading.posts import Posted
from roster.grading.refusals import Invalid, NotYours, Refusal, Stale, Unwritten
from roster.grading.windows import periods_of, set_window
from roster.grading.writing import Entry, delete, post, put

__all__ = [
    "Arrived",
    "Entry",
    "Invalid",
    "NotYours",
    "Posted",
    "Record",
    "Refusal",
    "Stale",
    "Unwritten",
    "classes_of",
    "delete",
    "of_class",
    "periods_of",
    "post",
    "put",
    "set_window",
    "since",
]
