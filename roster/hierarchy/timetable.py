"""Which school year a session belongs to, and in which calendar a class is taught.

Deriving the hierarchy and walking it must agree on both, so both ask here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from roster.hierarchy.circles import without_circles
from roster.hierarchy.labels import years
from roster.models import AcademicSession, Organization, Status


class Session(NamedTuple):
    sourced_id: str
    type: str
    parent: str
    school_year: str
    start_date: date
    end_date: date


class Calendar(NamedTuple):
    """A calendar as it is derived; `year` is blank where its sources span several."""

    sourced_id: str
    year: str
    name: str


SCHOOL_YEAR = "schoolYear"


def _span(session: Session) -> tuple[date, date]:
    return session.start_date, session.end_date


def school_year_of(day: date) -> str:
    """Return the school year of a day without sessions: July begins the next one."""
    return str(day.year + 1 if day.month >= 7 else day.year)


class Timetable:
    """An organization's live sessions, and the questions asked about them."""

    def __init__(self, sessions: Iterable[Session], active_year: str) -> None:
        rows = {session.sourced_id: session for session in sessions}
        parents = without_circles(
            {name: session.parent for name, session in rows.items() if session.parent in rows}
        )
        self.sessions = {
            name: session._replace(parent=parents.get(name, "")) for name, session in rows.items()
        }
        self.active_year = active_year
        self._children: dict[str, list[str]] = {}
        for child, parent in parents.items():
            self._children.setdefault(parent, []).append(child)
        self._school_years = years(
            ((_span(each), each.school_year or str(each.end_date.year))
             for each in self.sessions.values() if each.type == SCHOOL_YEAR),
            active_year,
        )  # fmt: skip
        self._years = {name: self._year(name) for name in self.sessions}

    @classmethod
    def of(cls, organization: Organization) -> Timetable:
        rows = AcademicSession.objects.filter(organization=organization, status=Status.ACTIVE)
        return cls(map(Session._make, rows.values_list(*Session._fields)), organization.school_year)

    def ancestors(self, sourced_id: str) -> list[str]:
        """Return the sessions above, nearest first."""
        found: list[str] = []
        here = self.sessions.get(sourced_id)
        while here and here.parent:
            found.append(here.parent)
            here = self.sessions[here.parent]
        return found

    def descendants(self, sourced_id: str) -> list[str]:
        found: list[str] = []
        waiting = [sourced_id]
        while waiting:
            below = self._children.get(waiting.pop(), ())
            found.extend(below)
            waiting.extend(below)
        return found

    def children(self, sourced_id: str) -> list[str]:
        return self._children.get(sourced_id, [])

    def year(self, sourced_id: str) -> str:
        """Return the school year (`YYYY`, in which it ends) that a session belongs to."""
        return self._years.get(sourced_id, "")

    def _year(self, sourced_id: str) -> str:
        """Return what a session, else its root, says; in the words of the school year above it."""
        upward = [self.sessions[each] for each in (sourced_id, *self.ancestors(sourced_id))]
        root = upward[-1]
        said = upward[0].school_year or root.school_year or str(root.end_date.year)
        for session in upward:
            if session.type == SCHOOL_YEAR:
                year = self._school_years[_span(session)]
                return year.label if said in year.labels else said
        return said

    def root_year(self, sourced_id: str) -> str:
        """Return the year of the session at the root above `sourced_id`."""
        return self.year((self.ancestors(sourced_id) or [sourced_id])[-1])

    def belongs(self, sourced_id: str) -> bool:
        """Return whether a session is one of the active year."""
        return self.year(sourced_id) == self.active_year

    def has_term_of_the_year(self, terms: list[str]) -> bool:
        return any(self.belongs(term) for term in terms)

    def calendars(self, school: str, terms: list[str], metadata: dict[str, Any]) -> list[Calendar]:
        """Return the calendars in which a class of `school` with these terms is taught.

        One for each school year its terms lie in; the active year where none of its terms
        is known, or where one is of it and only its root isn't; and the one its metadata names,
        instead of these.
        """
        known = [term for term in terms if term in self.sessions]
        found = {self.root_year(term) for term in known}
        if not known or self.has_term_of_the_year(known):
            found.add(self.active_year)
        years = sorted(found)
        named = metadata.get("calendar")
        if named:
            year = years[0] if len(years) == 1 else ""
            return [Calendar(f"{school}~{named}", year, str(named))]
        return [Calendar(f"{school}~{year}", year, year) for year in years]

    def default_calendar(self, school: str) -> Calendar:
        return Calendar(f"{school}~{self.active_year}", self.active_year, self.active_year)
