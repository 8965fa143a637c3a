"""A district's rows as they stand, with its orgs and its school year."""

from __future__ import annotations

from copy import copy
from typing import Any, Self

from roster.models import (
    AcademicSession,
    Agent,
    AssessmentLineItem,
    AssessmentResult,
    Category,
    ClassResource,
    Course,
    CourseResource,
    Demographics,
    Enrollment,
    Klass,
    LineItem,
    Mark,
    Org,
    Organization,
    Resource,
    Result,
    Role,
    ScoreScale,
    User,
    UserProfile,
    UserResource,
)

GUARDIANS = ("guardian", "parent", "relative")


class Rows:
    """One organization's live rows by sourcedId, its marks, and its active school year."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.year = organization.school_year
        self.early_access_days = organization.early_access_days

        def live(model: Any) -> dict[str, Any]:
            rows = model.objects.filter(organization=organization, status="active")
            return {row.sourced_id: row for row in rows.order_by("sourced_id")}

        self.orgs = live(Org)
        self.sessions = live(AcademicSession)
        self.courses = live(Course)
        self.classes = live(Klass)
        self.users = live(User)
        self.roles = live(Role)
        self.profiles = live(UserProfile)
        self.enrollments = live(Enrollment)
        self.demographics = live(Demographics)
        self.resources = live(Resource)
        self.course_resources = live(CourseResource)
        self.class_resources = live(ClassResource)
        self.user_resources = live(UserResource)
        self.categories = live(Category)
        self.line_items = live(LineItem)
        self.results = live(Result)
        self.score_scales = live(ScoreScale)
        self.assessment_line_items = live(AssessmentLineItem)
        self.assessment_results = live(AssessmentResult)
        # Class enrollments that ever were: results outlive them.
        self.enrollments_ever = list(Enrollment.objects.filter(organization=organization))
        self.agents = [
            (agent.user, agent.agent) for agent in Agent.objects.filter(organization=organization)
        ]
        self.marks = {
            (mark.kind, mark.sourced_id) for mark in Mark.objects.filter(organization=organization)
        }

    def marked(self, marks: set[tuple[str, str]]) -> Self:
        """Return the same rows under these marks."""
        other = copy(self)
        other.marks = marks
        return other

    def is_marked(self, kind: str, sourced_id: str) -> bool:
        return (kind, sourced_id) in self.marks

    # Orgs

    def is_school(self, org: str) -> bool:
        """Type school, or named by a class as its school; of orgs that exist."""
        if org not in self.orgs:
            return False
        return self.orgs[org].type == "school" or any(
            klass.school == org for klass in self.classes.values()
        )

    def is_org_marked(self, org: str) -> bool:
        """Reading: a mark on a school holds when it is one no longer, and the other way round."""
        return self.is_marked("school", org) or self.is_marked("org", org)

    def is_org_excluded(self, org: str) -> bool:
        """Whether a mark is on an org or on one above it; an org that isn't there has none."""
        if org not in self.orgs:
            return False
        # Reading: a mark holds for what names a marked org, though the link leads in a circle.
        named = _ancestors(self.orgs, org, cut=False)
        return any(self.is_org_marked(each) for each in [org, *named])

    def ancestors_of_org(self, org: str) -> list[str]:
        """Without the links of orgs that are above themselves."""
        return _ancestors(self.orgs, org, cut=True)

    def school_around(self, org: str) -> str:
        """The school that an org is, or lies within: the nearest one upward."""
        upward = [org, *self.ancestors_of_org(org)] if org in self.orgs else []
        return next((each for each in upward if self.is_school(each)), "")

    # The year

    def year_of_session(self, session: str) -> str:
        """Its own schoolYear, else the year in which its root session ends.

        Reading: where the root says a schoolYear, that is the year of all below that say none,
        whatever a session between them says.
        """
        upward = [self.sessions[each] for each in [session, *self.ancestors_of_session(session)]]
        root = upward[-1]
        label = upward[0].school_year or root.school_year or str(root.end_date.year)
        years = [row for row in upward if row.type == "schoolYear"]
        return self.common_label(years[0], label) if years else label

    def common_label(self, school_year: Any, label: str) -> str:
        """What the year of this session is called, where schools call it differently.

        The year in which it ends, if anybody calls it so, else the latest of its names; but the
        active year keeps its name, as long as no other year is called so.
        """
        if label not in self.labels_of(school_year):
            return label
        called = {row.sourced_id: self.usual_label(row) for row in self.school_years()}
        mine = called[school_year.sourced_id]
        if self.year not in called.values():
            named = [row for row in self.school_years() if self.year in self.labels_of(row)]
            last = max(named, key=lambda row: row.start_date, default=None)
            if last is not None and self.is_same_year(last, school_year):
                return self.year
        return mine

    def school_years(self) -> list[Any]:
        return [row for row in self.sessions.values() if row.type == "schoolYear"]

    def is_same_year(self, one: Any, other: Any) -> bool:
        """Reading: the same dates are those that have four fifths of the days in common."""
        days = (min(one.end_date, other.end_date) - max(one.start_date, other.start_date)).days
        longer = max((row.end_date - row.start_date).days for row in (one, other))
        same = (one.start_date, one.end_date) == (other.start_date, other.end_date)
        return same or (longer > 0 and days * 5 >= longer * 4)

    def labels_of(self, school_year: Any) -> set[str]:
        return {
            row.school_year or str(row.end_date.year)
            for row in self.school_years()
            if self.is_same_year(row, school_year)
        }

    def usual_label(self, school_year: Any) -> str:
        labels = self.labels_of(school_year)
        ends = {
            str(row.end_date.year)
            for row in self.school_years()
            if self.is_same_year(row, school_year)
        }
        return max(labels & ends or labels)

    def is_session_of_year(self, session: str) -> bool:
        return session in self.sessions and self.year_of_session(session) == self.year

    def ancestors_of_session(self, session: str) -> list[str]:
        return _ancestors(self.sessions, session, cut=True)

    def is_class_of_year(self, klass: str) -> bool:
        return any(self.is_session_of_year(term) for term in self.classes[klass].terms)


def _ancestors(rows: dict[str, Any], sourced_id: str, *, cut: bool) -> list[str]:
    """Return the parents upward, nearest first; a circle ends where it closes.

    With `cut`, a row that is above itself has no parent.
    """
    found: list[str] = []
    current = rows[sourced_id].parent
    if cut and _is_above_itself(rows, sourced_id):
        return found
    while current in rows and current not in found and current != sourced_id:
        found.append(current)
        if cut and _is_above_itself(rows, current):
            break
        current = rows[current].parent
    return found


def _is_above_itself(rows: dict[str, Any], sourced_id: str) -> bool:
    current, seen = rows[sourced_id].parent, set()
    while current in rows and current not in seen:
        if current == sourced_id:
            return True
        seen.add(current)
        current = rows[current].parent
    return False
