"""Which data elements a vendor gets, in the words of those who ask a district about it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.models import Connection
from portal.words import ROLES, SHARE_NAMES, TYPE_NAMES, Words
from roster.dialects.fields import FIELDS

OF_PEOPLE: dict[str, Words] = {
    "email": gettext_lazy("E-mail addresses"),
    "identifier": gettext_lazy("Student and staff numbers"),
    "username": gettext_lazy("Usernames"),
    "middleName": gettext_lazy("Middle names"),
    "grades": gettext_lazy("Grade levels"),
    "preferredFirstName": gettext_lazy("Preferred first names"),
    "preferredMiddleName": gettext_lazy("Preferred middle names"),
    "preferredLastName": gettext_lazy("Preferred last names"),
}
"""What is shared of people unless it is kept back, by its field; names always are."""

LISTS: dict[str, Words] = {
    "courses": gettext_lazy("Courses"),
    "classes": gettext_lazy("Classes"),
    "enrollments": gettext_lazy("Who is in which class"),
}
"""The lists that are shared unless they are left out."""

OF_SOME = {"demographics", "resources", "guardians", "metadata"}
"""What is ticked and is no field of people."""


def elements_of(connection: Connection) -> list[str]:
    """Return the data elements that the connection shares, its organization's policy regarded."""
    kept_back = {*connection.withheld, *connection.organization.field_policy}
    known = {field.name for field in FIELDS[connection.oneroster]["users"]}
    found: list[Words] = [people_of(connection), _("Schools")]
    found += [words for name, words in LISTS.items() if name not in connection.hidden]
    found += [
        words
        for name, words in OF_PEOPLE.items()
        if name in known and f"users.{name}" not in kept_back
    ]
    found += [
        words
        for name, words in SHARE_NAMES.items()
        if name in connection.shares
        and name not in kept_back
        and (name in OF_SOME or name.removeprefix("users.") in known)
    ]
    found += [TYPE_NAMES[name] for name in connection.types]
    return [str(each) for each in found]


def people_of(connection: Connection) -> str:
    if connection.roles is None:
        return _("Names and roles of students and staff")
    roles = ", ".join(str(ROLES.get(role, role)) for role in connection.roles)
    return _("Names and roles of: %(roles)s") % {"roles": roles}
