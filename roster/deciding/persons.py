"""People: their accounts, through which places they are visible, and their class enrollments."""

from __future__ import annotations

from roster.deciding import presence
from roster.deciding.attendance import enrollments_at
from roster.deciding.conditions import (
    Condition,
    in_v11,
    lacks,
    marked,
    parent,
)
from roster.deciding.dates import own_dates
from roster.deciding.given import Given
from roster.deciding.orgs import below_a_mark
from roster.map.arrays import Flags

# Accounts


def not_kept_out(d: Given) -> Flags:
    found = d.every("person")
    found[d.map.ids["person"].positions(d.rules.kept_out)] = False
    return found


def has_username(d: Given) -> Flags:
    """Return whom 1.1 can give a username, their own or what stands in for it."""
    person, stand_in = d.map.person, d.settings.username_stand_in
    if stand_in == "sourcedId":
        return d.every("person")
    if stand_in == "nothing" or f"users.{stand_in}" in d.rules.withheld:
        return person.username  # type: ignore[no-any-return]
    flags: Flags = person.username | getattr(person, stand_in)
    return flags


ACCOUNT = (
    marked("person"),
    Condition("kept_out", not_kept_out),
    Condition("inactive", lambda d: d.map.person.enabled | d.rules.inactive),
    lacks("person"),
    in_v11("person", "username", has_username),
)
"""A person, apart from where they are seen."""


# People


def enrolled_or_guardian(d: Given) -> Flags:
    if d.rules.unenrolled:
        return d.every("person")
    return presence.enrolled(d) | presence.guardian_of_somebody(d) | presence.nowhere(d)


PERSON = (
    "account",
    Condition("unenrolled", enrolled_or_guardian, leads=enrollments_at("person")),
    parent("person", "school_enrollment", inverse=True),
    parent("person", "district_assignment", inverse=True),
    parent("guardian", "guardian_link", inverse=True),
    in_v11("person", "role", presence.with_a_word),
)

DEMOGRAPHICS = (marked("demographics"), parent("person", "person"), lacks("demographics"))


# Class enrollments


ENROLLMENT = (
    marked("enrollment"),
    in_v11("enrollment", "role", lambda d: ~d.map.ext_role[d.map.enrollment.role]),
    parent("section", "section"),
    parent("person", "account"),
    parent("org", "place", needed=False, visible=lambda d: ~below_a_mark(d)),
    parent("as_student", "at_school"),
    parent("as_staff", "at_org"),
    parent("person", "person"),
    Condition("dates", lambda d: d.current(d.map.enrollment), dates=own_dates),
    lacks("enrollment"),
)
"""An enrollment is at its class's school, whatever org it names; an excluded one hides it still.

The person comes last: people hear of the place first."""
