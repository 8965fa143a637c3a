"""A district's rows as they stand, and what the hierarchy derives from them."""

from __future__ import annotations

from copy import copy
from typing import Any

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


class District:
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
        self.agents = [
            (agent.user, agent.agent) for agent in Agent.objects.filter(organization=organization)
        ]
        self.marks = {
            (mark.kind, mark.sourced_id) for mark in Mark.objects.filter(organization=organization)
        }

    def marked(self, marks: set[tuple[str, str]]) -> District:
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

    def ancestors_of_org(self, org: str) -> list[str]:
        return _ancestors(self.orgs, org)

    # The year

    def year_of_session(self, session: str) -> str:
        """Its own schoolYear, else the year in which its root session ends.

        Reading: where something above it says a schoolYear, that is the year of all below.
        """
        upward = [self.sessions[each] for each in [session, *self.ancestors_of_session(session)]]
        said = [row.school_year for row in upward if row.school_year]
        return said[0] if said else str(upward[-1].end_date.year)

    def is_session_of_year(self, session: str) -> bool:
        return session in self.sessions and self.year_of_session(session) == self.year

    def ancestors_of_session(self, session: str) -> list[str]:
        return _ancestors(self.sessions, session)

    def is_class_of_year(self, klass: str) -> bool:
        return any(self.is_session_of_year(term) for term in self.classes[klass].terms)

    def is_course_of_year(self, course: str) -> bool:
        row = self.courses[course]
        # Reading: a schoolYear that names no session is no date, so the course is undated.
        if row.school_year not in self.sessions:
            return True
        if self.is_session_of_year(row.school_year):
            return True
        # Reading: a class whose terms are unknown counts, for its calendar is the year's.
        return any(
            klass.course == course
            and klass.school in self.orgs
            and any(map(self.is_calendar_of_year, self.calendars_of_class(klass)))
            for klass in self.classes.values()
        )

    # Calendars, schedule structures, grade levels

    def calendars_of_class(self, klass: Any) -> set[str]:
        """One for each year that its terms' roots are of, or the one its metadata names."""
        named = klass.metadata.get("calendar")
        if named:
            return {f"{klass.school}~{named}"}
        return {f"{klass.school}~{year}" for year in self.years_of_class(klass)}

    def years_of_class(self, klass: Any) -> set[str]:
        known = [term for term in klass.terms if term in self.sessions]
        roots = [[term, *self.ancestors_of_session(term)][-1] for term in known]
        years = {self.year_of_session(root) for root in roots} or {self.year}
        # Reading: a class with a term of the year is of the year, whatever the root says.
        return years | {self.year} if self.is_class_of_year(klass.sourced_id) else years

    def calendar_of_role(self, role: Any) -> str:
        return f"{role.org}~{role.metadata.get('calendar') or self.year}"

    def is_calendar_of_year(self, calendar: str) -> bool:
        """Reading: a calendar that metadata names is of its classes' and roles' years.

        One of several years counts for each of them.
        """
        school, _, name = calendar.rpartition("~")
        if name.isdigit():
            return name == self.year
        years: set[str] = set()
        for klass in self.classes.values():
            if klass.school == school and klass.metadata.get("calendar") == name:
                years |= self.years_of_class(klass)
        if any(
            self.is_student_role(role, school) and self.calendar_of_role(role) == calendar
            for role in self.roles.values()
        ):
            years.add(self.year)
        return self.year in years or len(years) > 1

    def calendars_of_school(self, school: str) -> set[str]:
        """Every calendar that the people and classes of a school give it."""
        found: set[str] = set()
        for klass in self.classes.values():
            if klass.school == school:
                found |= self.calendars_of_class(klass)
        for user in self.users:
            found |= {structure.rpartition("~")[0] for structure in self.structures(user, school)}
        staffed = any(
            row.org == school and row.role not in GUARDIANS and row.user in self.users
            for row in self.roles.values()
        )
        # Reading: staff stand on no calendar, but a school where they are has one.
        return found or ({f"{school}~{self.year}"} if staffed else set())

    # Courses

    def calendars_of_course(self, course: str) -> set[str]:
        """The calendars of the year in which it stands: of its classes, else of its school."""
        taught: set[str] = set()
        for klass in self.classes.values():
            if klass.course == course and klass.school in self.orgs:
                taught |= self.calendars_of_class(klass)
        current = {calendar for calendar in taught if self.is_calendar_of_year(calendar)}
        own = self.courses[course].org
        if current or not self.is_school(own):
            return current
        return self.calendars_of_school(own)

    def course_master(self, course: str) -> str | None:
        row = self.courses[course]
        if row.metadata.get("courseMaster"):
            return str(row.metadata["courseMaster"])
        if not self.is_school(row.org):
            # Reading: so does a course whose org is blank or unknown.
            return course
        schools = {
            other.org
            for other in self.courses.values()
            if other.course_code == row.course_code
            and other.title == row.title
            and self.is_school(other.org)
        }
        # Reading: courses without a code have no equal code.
        if row.course_code and len(schools) > 1:
            return f"{row.course_code}~{row.title}"
        return None

    # People

    def roles_of(self, user: str) -> list[Any]:
        return [row for row in self.roles.values() if row.user == user]

    def enrollments_of(self, user: str) -> list[Any]:
        """Those in classes of the year that exist, at schools that exist."""
        return [
            row
            for row in self.enrollments.values()
            if row.user == user
            and row.klass in self.classes
            and self.is_class_of_year(row.klass)
            and self.classes[row.klass].school in self.orgs
        ]

    def is_student_role(self, role: Any, school: str) -> bool:
        return role.org == school and role.role == "student" and role.user in self.users

    def structures(self, student: str, school: str) -> set[str]:
        """The schedule structures that this student's roles and classes at a school put them in.

        Reading: a role that names neither calendar nor structure says only that they are there,
        so it puts them into the school's own calendar where nothing else puts them into one of
        the year.
        """
        found: set[str] = set()
        there = False
        for role in self.roles_of(student):
            if self.is_student_role(role, school):
                there = True
                if role.metadata.get("calendar") or role.metadata.get("scheduleStructure"):
                    found.add(f"{self.calendar_of_role(role)}~{_structure(role)}")
        for row in self.enrollments.values():
            klass = self.classes.get(row.klass)
            if row.user == student and row.role == "student" and klass and klass.school == school:
                there = True
                found |= {
                    f"{calendar}~{_structure(klass)}" for calendar in self.calendars_of_class(klass)
                }
        current = any(self.is_calendar_of_year(structure.rpartition("~")[0]) for structure in found)
        return found | {f"{school}~{self.year}~structure"} if there and not current else found

    def grade_levels(self, student: str, school: str) -> set[str]:
        """The grade levels that this student is in at a school."""
        grades = self.users[student].grades or ["none"]
        return {
            f"{structure}~{code}"
            for structure in self.structures(student, school)
            for code in grades
        }

    def linked(self, user: str) -> set[str]:
        """Whoever agents tie to this person, whichever of the two named the other."""
        others = {agent for named, agent in self.agents if named == user}
        others |= {named for named, agent in self.agents if agent == user}
        return {other for other in others if other in self.users} - {user}


def _structure(row: Any) -> str:
    """The schedule structure that a class or role row is in, within its calendar."""
    return str(row.metadata.get("scheduleStructure") or "structure")


def _ancestors(rows: dict[str, Any], sourced_id: str) -> list[str]:
    """Return the parents upward, nearest first; a circle ends where it closes."""
    found: list[str] = []
    current = rows[sourced_id].parent
    while current in rows and current not in found and current != sourced_id:
        found.append(current)
        current = rows[current].parent
    return found
