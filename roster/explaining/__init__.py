"""Why a record is visible or isn't, and what a change of sharing would do: nothing is written."""

from roster.explaining.difference import Difference, difference
from roster.explaining.inherited import Exclusions
from roster.explaining.parents import Node, Parents, parents_of
from roster.explaining.published import Entry, entries
from roster.explaining.why import explain_each
from roster.explaining.wording import WORDS

__all__ = [
    "WORDS",
    "Difference",
    "Entry",
    "Exclusions",
    "Node",
    "Parents",
    "difference",
    "entries",
    "explain_each",
    "parents_of",
]
