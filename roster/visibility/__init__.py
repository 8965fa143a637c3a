"""The one walk: decides for one line what is visible, and remembers why the rest is not.

What: one ordered pass down the hierarchy (kinds.py), set by set, no recursion into the
database and no query per row: places, then teaching, then people, then the library. A row
that falls is noted with the cause; what stands on it falls on it, so "why is Ann not there?"
follows the notes of the very pass that decides. Rules: product, What is visible. Weighed and
left: rules in SQL, which are fast to run and impossible to explain from.
"""

from __future__ import annotations

from datetime import date

from roster.models import Line, Organization
from roster.visibility.causes import Cause
from roster.visibility.ledger import Ledger, Marks, marks_of
from roster.visibility.library import Library
from roster.visibility.people import People
from roster.visibility.places import Places
from roster.visibility.rules import Rules
from roster.visibility.teaching import ClassRow, Teaching

__all__ = ["Cause", "ClassRow", "Ledger", "Marks", "Rules", "Walk", "marks_of", "walk_of"]


class Walk:
    """What one line may see of an organization on a day; `fell` has the causes by kind and id."""

    def __init__(
        self,
        organization: Organization,
        version: str,
        rules: Rules,
        day: date,
        marks: Marks | None = None,
    ) -> None:
        marks = marks_of(organization) if marks is None else marks
        self.ledger = Ledger(organization, version, rules, day, marks)
        self.version = version
        self.rules = rules
        self.fell = self.ledger.fell
        self.marks = self.ledger.marks
        self.timetable = self.ledger.timetable
        self.places = Places(self.ledger)
        self.teaching = Teaching(self.ledger, self.places)
        self.people = People(self.ledger, self.places, self.teaching)
        self.library = Library(self.ledger)


def walk_of(line: Line, marks: Marks | None = None) -> Walk:
    """Return the walk of a line as of today, with the marks that are set or with others."""
    organization = line.organization
    rules = Rules.of(line.rules, organization.field_policy)
    return Walk(organization, line.version, rules, organization.today(), marks)
