"""Writes of vendors: read, checked, completed, and kept beside what bundles brought."""

from roster.grading.arrived import Arrived, Record, between, classes_of, of_class
from roster.grading.posts import Posted
from roster.grading.refusals import Invalid, NotYours, Refusal, Stale, Unwritten
from roster.grading.refused import RefusedRecord, number_refused, refused_of
from roster.grading.verbs import Entry, delete, post, put
from roster.grading.windows import periods_of, set_window

__all__ = [
    "Arrived",
    "Entry",
    "Invalid",
    "NotYours",
    "Posted",
    "Record",
    "Refusal",
    "RefusedRecord",
    "Stale",
    "Unwritten",
    "between",
    "classes_of",
    "delete",
    "number_refused",
    "of_class",
    "periods_of",
    "post",
    "put",
    "refused_of",
    "set_window",
]
