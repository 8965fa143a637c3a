"""Which school year is the active one, for an organization that has none yet."""

from __future__ import annotations

from roster.hierarchy.timetable import Timetable, school_year_of
from roster.models import Organization


def active_school_year(organization: Organization) -> str:
    """Return the year (`YYYY`) whose data is published first (product: Words).

    The one that holds today, by its schoolYear session rather than by its terms; else the latest
    in the bundle; without sessions, the school year of today.
    """
    today = organization.today()
    timetable = Timetable.of(organization)
    years = [
        (session.type == "schoolYear", timetable.year(name))
        for name, session in timetable.sessions.items()
        if session.start_date <= today < session.end_date
    ]
    if years:
        return max(years)[1]
    return max(map(timetable.year, timetable.sessions), default=school_year_of(today))
