"""The one walk: decides for one line what is visible, and remembers why the rest is not.

What: one ordered pass down the hierarchy (kinds.py), set by set, no recursion into the
database and no query per row: places, then teaching, then people, then the library. A row
that falls is noted with the cause; what stands on it falls on it, so "why is Ann not there?"
follows the notes of the very pass that decides. Rules: product, What is visible. Weighed and
left: rules in SQL, which are fast to run and impossible to explain from.

Whoever asks about few people, or about what an act bears on, narrows the walk to them
(`narrowing.py`): places and teaching are decided whole, of the people only these.
"""

from __future__ import annotations

from roster.models import Line
from roster.visibility.beginning import Beginning
from roster.visibility.causes import Cause
from roster.visibility.ledger import Ledger, Marks, marks_of
from roster.visibility.library import Library
from roster.visibility.narrowing import families, touched
from roster.visibility.people import People
from roster.visibility.rules import Rules
from roster.visibility.teaching import ClassRow

__all__ = [
    "Beginning",
    "Cause",
    "ClassRow",
    "Ledger",
    "Marks",
    "Rules",
    "Walk",
    "beginning_of",
    "families",
    "marks_of",
    "touched",
]


class Walk:
    """What one line may see of an organization on a day; `fell` has the causes by kind and id.

    With `only`, nothing is known of other people; asking for one is an error.
    """

    def __init__(self, beginning: Beginning, only: frozenset[str] | None = None) -> None:
        self.ledger = beginning.ledger
        self.version = beginning.version
        self.rules = beginning.rules
        self.fell = beginning.fell
        self.marks = beginning.marks
        self.timetable = beginning.timetable
        self.places = beginning.places
        self.teaching = beginning.teaching
        self.people = People(self.ledger, self.places, self.teaching, only)
        self.library = Library(self.ledger, self.people)


def beginning_of(line: Line) -> Beginning:
    """Begin the walk of a line as of today, with the marks that are set."""
    organization = line.organization
    rules = Rules.of(line.rules, organization.field_policy)
    return Beginning(organization, line.version, rules, organization.today())
