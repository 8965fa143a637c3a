"""The table of prerequisites: what in the data will bite, what it means, how it is repaired."""

from __future__ import annotations

from typing import NamedTuple

from roster.checking import questions as ask
from roster.checking.questions import Question


class Check(NamedTuple):
    """One prerequisite: what is asked, what a finding `means`, and the repair.

    `needs` are the needs of consumers that it bears on; `old` is what it means in 1.1, where that
    is something else.
    """

    code: str
    title: str
    find: Question
    means: str
    repair: str
    needs: tuple[str, ...] = ()
    old: str = ""

    def means_in(self, version: str) -> str:
        return self.old or self.means if version == "1.1" else self.means


NEEDS = {
    "usernames": "every person has a username of their own",
    "unique-emails": "every person has an e-mail address of their own",
    "identifiers": "every person has an identifier of their own",
    "teachers": "every class has a teacher",
    "primary-teachers": "every class has one primary teacher",
    "students": "every class has students, and every student a class",
    "terms": "classes have terms, and there are sessions of type term",
    "grading-periods": "there are grading periods",
    "guardians": "guardians are linked with their children",
}
"""What consumers ask of data, by name."""

ALIKE = "Vendors that tell people apart by it take them for one person, or refuse the second."

CHECKS = (
    # People.
    Check(
        "no_username",
        "People without username",
        ask.without("username"),
        "The person is published without one; vendors that sign people in by it can't.",
        "Fill in the username in the student information system.",
        ("usernames",),
        old="1.1 requires a username: what the organization lets stand in is sent, else the person"
        " isn't published.",
    ),
    Check(
        "no_email",
        "People without e-mail address",
        ask.without("email"),
        "The person is published without one; vendors that find people by e-mail miss them.",
        "Fill in the e-mail address in the student information system.",
        ("unique-emails",),
    ),
    Check(
        "no_identifier",
        "People without identifier",
        ask.without("identifier"),
        "The person is published without one; many vendors match people by it.",
        "Fill in the student or staff number in the student information system.",
        ("identifiers",),
    ),
    Check(
        "username_twice",
        "Usernames that several people have",
        ask.twice("username"),
        ALIKE,
        "Give each person one user, and a username of their own.",
        ("usernames",),
    ),
    Check(
        "email_twice",
        "E-mail addresses that several people have",
        ask.twice("email"),
        ALIKE,
        "Give each person an address of their own, or none.",
        ("unique-emails",),
    ),
    Check(
        "identifier_twice",
        "Identifiers that several people have",
        ask.twice("identifier"),
        ALIKE,
        "Give each person a number of their own.",
        ("identifiers",),
    ),
    Check(
        "no_name",
        "People without given or family name",
        ask.nameless,
        "Both are required: the person isn't published, nor their enrollments.",
        "Fill in both names in the student information system.",
    ),
    Check(
        "no_place",
        "People without a role and without a class",
        ask.nowhere,
        "They are nowhere, so they aren't published.",
        "Give them a role at an org, or retire them.",
    ),
    Check(
        "no_class",
        "Students without a class",
        ask.unenrolled,
        "They are published, and in no class; a connection that shares enrolled people only"
        " doesn't have them.",
        "Enroll them, or end their role at the school.",
        ("students",),
    ),
    Check(
        "no_child",
        "Guardians without a child",
        ask.without_child,
        "They aren't published: guardians are, for the sake of a published child.",
        "Fill in agentSourcedIds, of the child or of the guardian.",
        ("guardians",),
    ),
    # Classes.
    Check(
        "no_teacher",
        "Classes without teacher",
        ask.without_role("teacher"),
        "The class is published; vendors that give classes to teachers give it to nobody.",
        "Enroll a teacher, or check the dates of the one that there is.",
        ("teachers", "primary-teachers"),
    ),
    Check(
        "no_student",
        "Classes without students",
        ask.without_role("student"),
        "The class is published, and empty.",
        "Enroll students, or leave the class out of the export.",
        ("students",),
    ),
    Check(
        "no_term",
        "Classes without terms",
        ask.without_terms,
        "A class must name a term: it isn't published, nor its enrollments.",
        "Fill in termSourcedIds, and export the sessions that it names.",
        ("terms",),
    ),
    Check(
        "no_primary",
        "Classes without primary teacher",
        ask.without_primary,
        "Teachers are published with primary false; some vendors take none of them.",
        "Set primary to true for one teacher of each class.",
        ("primary-teachers",),
    ),
    Check(
        "several_primary",
        "Classes with several primary teachers",
        ask.with_several,
        "All are published as they are; OneRoster means one, and vendors take any.",
        "Set primary to true for one teacher of each class.",
        ("primary-teachers",),
    ),
    # Sessions and dates.
    Check(
        "no_terms_at_all",
        "No session of type term",
        ask.without_type("term"),
        "The list of terms is empty; vendors that begin there find no classes.",
        "Give the sessions that classes are held in the type term.",
        ("terms",),
    ),
    Check(
        "no_grading_periods",
        "No session of type gradingPeriod",
        ask.without_type("gradingPeriod"),
        "The list of grading periods is empty; line items may do without.",
        "Export the grading periods below their terms.",
        ("grading-periods",),
        old="Line items need a grading period in 1.1: there can be none.",
    ),
    Check(
        "session_dates",
        "Sessions that reach beyond their parent",
        ask.beyond_parents,
        "They are published as they are; vendors may place classes in the wrong year.",
        "Correct the dates of the session or of its parent.",
    ),
    Check(
        "enrollment_dates",
        "Enrollments with dates outside the school year",
        ask.beyond_year,
        "They are shared by their dates: not yet, or not any more.",
        "Correct the dates, or leave them blank: then they are those of the class's terms.",
    ),
    Check(
        "unknown_reference",
        "Records that name what isn't there",
        ask.dangling,
        "What can't do without the missing record isn't published; else the reference is left out.",
        "Export the missing records too, or correct the references.",
    ),
)
