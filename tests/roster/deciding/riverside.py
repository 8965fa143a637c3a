"""A small Riverside, and what readers of it see: the cast of the tests of deciding."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Model

from roster import hierarchy
from roster.deciding import Decision, Rules, Settings
from roster.kinds import ROWS_OF
from roster.map import build
from roster.marks import MarkRow, resolve
from roster.models import (
    AcademicSession,
    Agent,
    Category,
    ClassResource,
    Course,
    Demographics,
    Enrollment,
    Klass,
    LineItem,
    Org,
    Organization,
    Resource,
    Result,
    Role,
    User,
)

TODAY = date(2026, 11, 16)

Marked = tuple[str, str]

SHARES = ["guardians", "demographics", "resources"]


def add(organization: Organization, model: type[Model], sourced_id: str, **fields: Any) -> None:
    model._default_manager.create(organization=organization, sourced_id=sourced_id, **fields)


def riverside() -> Organization:
    """A district of two schools.

    At s1 Ann (03), Bob (04) and Cy (03) are in class k1 of Tom's; Two is at both schools, in k1
    and at s2 in k2. Gus is Ann's and Bob's guardian. Lea works at the district.
    """
    o = Organization.objects.create(slug="riverside", name="Riverside", school_year="2027")
    add(o, Org, "d", name="District", type="district")
    for school in ("s1", "s2"):
        add(o, Org, school, name=school, type="school", parent="d")
    session(o, "y", "schoolYear", date(2026, 8, 1), date(2027, 7, 1))
    session(o, "fall", "term", date(2026, 8, 15), date(2026, 12, 20), parent="y")
    session(o, "spring", "term", date(2027, 1, 10), date(2027, 6, 20), parent="y")
    session(o, "oy", "schoolYear", date(2025, 8, 1), date(2026, 7, 1), year="2026")
    add(o, Course, "c1", title="Algebra", course_code="A1", org="d", subjects=["Maths"])
    add(o, Course, "c2", title="Choir", org="d", subjects=["Music"])
    klass(o, "k1", "c1", "s1")
    klass(o, "k2", "c1", "s2")
    klass(o, "kc", "c2", "s2")
    for name, grade in (("ann", "03"), ("bob", "04"), ("cy", "03"), ("two", "03")):
        student(o, name, grade, "s1", "k1")
    role(o, "two", "s2", "student")
    enroll(o, "two", "k2")
    staff(o, "tom", "s1", "teacher", "k1")
    staff(o, "lea", "d", "principal")
    add(o, User, "gus", given_name="Gus", family_name="Lee")
    role(o, "gus", "d", "guardian")
    for child in ("ann", "bob"):
        Agent.objects.create(organization=o, user=child, agent="gus")
    return o


def session(
    o: Organization, sourced_id: str, type_: str, start: date, end: date, **more: str
) -> None:
    year = more.pop("year", "2027")
    add(
        o,
        AcademicSession,
        sourced_id,
        title=sourced_id,
        type=type_,
        start_date=start,
        end_date=end,
        school_year=year,
        **more,
    )


def klass(o: Organization, sourced_id: str, course: str, school: str, *terms: str) -> None:
    add(o, Klass, sourced_id, title=sourced_id, course=course, school=school,
        terms=list(terms or ["fall"]))  # fmt: skip


def student(o: Organization, name: str, grade: str, school: str, *classes: str) -> None:
    add(o, User, name, given_name=name, family_name="Lee", username=name, grades=[grade])
    role(o, name, school, "student")
    for each in classes:
        enroll(o, name, each)


def guest(o: Organization, name: str, *classes: str) -> None:
    """Add a student who is at schools through classes alone."""
    add(o, User, name, given_name=name, family_name="Lee", username=name, grades=["03"])
    for each in classes:
        enroll(o, name, each)


def staff(o: Organization, name: str, org: str, word: str, *classes: str) -> None:
    add(o, User, name, given_name=name, family_name="Lee", username=name)
    role(o, name, org, word)
    for each in classes:
        enroll(o, name, each, "teacher")


def role(o: Organization, user: str, org: str, word: str, **dates: date) -> None:
    add(o, Role, f"{user}@{org}", user=user, org=org, role=word, **dates)


def enroll(o: Organization, user: str, klass: str, word: str = "student", **more: Any) -> None:
    add(o, Enrollment, f"{user}-{klass}", user=user, klass=klass, role=word, **more)


def gradebook(o: Organization) -> None:
    """Add a category, a line item of k1 in it, and Ann's and Two's results."""
    session(o, "gp", "gradingPeriod", date(2026, 8, 15), date(2026, 10, 15), parent="fall")
    add(o, Category, "hw", title="Homework")
    add(o, LineItem, "quiz", title="Quiz", klass="k1", category="hw", grading_period="gp",
        result_value_min=0, result_value_max=10,
        assign_date=datetime(2026, 9, 1, tzinfo=UTC),
        due_date=datetime(2026, 9, 2, tzinfo=UTC))  # fmt: skip
    for user in ("ann", "two"):
        add(o, Result, f"{user}-quiz", line_item="quiz", student=user, score=7,
            score_status="fully graded", score_date=date(2026, 9, 3))  # fmt: skip


def resource(o: Organization, sourced_id: str, *classes: str) -> None:
    add(o, Resource, sourced_id, title=sourced_id, vendor_resource_id=sourced_id)
    for each in classes:
        add(o, ClassResource, f"{sourced_id}-{each}", klass=each, resource=sourced_id)


def demographics(o: Organization, user: str) -> None:
    add(o, Demographics, user)


def decide(
    organization: Organization,
    *marks: Marked,
    version: str = "1.2",
    day: date = TODAY,
    **rules: Any,
) -> Decision:
    """Return what is decided of the rows as they are, with these marks and rules."""
    hierarchy.derive(organization)
    m = build(organization)
    organization.refresh_from_db()
    rows = [MarkRow(kind, sourced_id, "person", {}) for kind, sourced_id in marks]
    given = Rules.of({"shares": SHARES, "types": ["grade_book", "assessment"], **rules}, [])
    return Decision(m, version, given, Settings.of(organization), day, resolve(rows, m))


def seen(d: Decision, *collections: str) -> set[str]:
    """Return the ids that a reader's lists have, of these collections or of all."""
    return {
        d.map.ids[ROWS_OF[name]][row]
        for name in collections or d.collections()
        for row in d.visible(name).tolist()
    }


def gone(before: Decision, after: Decision, *collections: str) -> set[str]:
    """Return the ids that one reader sees and the other doesn't."""
    names: Iterable[str] = collections or before.collections()
    return {each for name in names for each in seen(before, name) - seen(after, name)}
