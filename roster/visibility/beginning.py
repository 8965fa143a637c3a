"""The steps of a walk that no person bears on."""

from __future__ import annotations

from datetime import date

from roster.models import Organization
from roster.visibility.ledger import Ledger, Marks, marks_of
from roster.visibility.places import Places
from roster.visibility.rules import Rules
from roster.visibility.teaching import Teaching


class Beginning:
    """Places and teaching, decided for one line; a `Walk` goes on from here."""

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
