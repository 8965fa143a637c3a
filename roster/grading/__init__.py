"""Writes of vendors: read, checked, completed, and kept beside what bundles brought."""

from roster.grading.posts import Posted
from roster.grading.refusals import Invalid, NotYours, Refusal, Stale, Unwritten
from roster.grading.writing import Entry, delete, post, put

__all__ = [
    "Entry",
    "Invalid",
    "NotYours",
    "Posted",
    "Refusal",
    "Stale",
    "Unwritten",
    "delete",
    "post",
    "put",
]
