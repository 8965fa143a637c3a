"""What a record's page and the lists say of a row next to its name: its OneRoster facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from portal.columns import ABOUT, FACTS, REFERS
from portal.words import Words
from roster.dialects.vocabularies import NAMED_GRADES, grade_name
from roster.explaining import Node
from roster.kinds import Kind
from roster.models import Course, Level, Organization, Role, Status

PLACES = ("school_enrollment", "district_assignment", "guardian_link")
"""The levels that say where a person is."""


class Fact(NamedTuple):
    """A label and its values: texts, and rows to be named and linked to."""

    label: Words
    values: list[str | Node]

    @property
    def nodes(self) -> list[Node]:
        return [each for each in self.values if not isinstance(each, str)]

    def linked(self, link: Callable[[Node], Any]) -> list[Any]:
        """Return the values with a link in place of each row."""
        return [each if isinstance(each, str) else link(each) for each in self.values]


def facts_of(organization: Organization, kind: Kind, row: Any, *, all_of_it: bool) -> list[Fact]:
    """Return what is known of a row, blank fields left out; `all_of_it` with metadata columns."""
    sources = [row]
    if kind.name == "course":
        courses = Course.objects.filter(organization=organization, sourced_id=row.course)
        sources = [row, *courses]
    found = [Fact(label, _values(sources, column)) for column, label in FACTS[kind.name]]
    if kind.name == "person":
        found += [Fact(_("Role"), role) for role in roles_of(organization, row.sourced_id)]
        found.append(
            Fact(_("User IDs"), [f"{each['type']}: {each['identifier']}" for each in row.user_ids])
        )
    if all_of_it:
        for source in sources:
            for name, value in sorted(getattr(source, "metadata", {}).items()):
                found.append(Fact(f"metadata.{name}", [_text(value)]))
    return [fact for fact in found if fact.values]


def roles_of(organization: Organization, person: str) -> list[list[str | Node]]:
    """Return a person's roles, each with its org and its dates, if it has some."""
    rows = Role.objects.filter(organization=organization, user=person, status=Status.ACTIVE)
    found: list[list[str | Node]] = []
    for role in rows.order_by("role_type", "sourced_id"):
        dates = " – ".join(_text(day) if day else "" for day in (role.begin_date, role.end_date))
        named: list[str | Node] = [role.role, ("org", role.org), role.role_type]
        found.append([*named, dates] if dates.strip(" –") else named)
    return found


def about(
    organization: Organization, kind: Kind, rows: Iterable[Any]
) -> dict[str, list[str | Node]]:
    """Return what a list shows next to the names of rows, by id; people's places by one query."""
    if kind.name == "person":
        people = list(rows)
        places = _places(organization, [row.sourced_id for row in people])
        for row in people:
            grades = [_grade(code) for code in row.grades]
            places[row.sourced_id][1:1] = grades
        return places
    columns = ABOUT.get(kind.name, ())
    return {
        row.sourced_id: [value for column in columns for value in _values([row], column)]
        for row in rows
    }


def _places(organization: Organization, people: list[str]) -> dict[str, list[str | Node]]:
    words = {
        "school_enrollment": _("student"),
        "district_assignment": _("staff"),
        "guardian_link": _("guardian"),
    }
    levels = Level.objects.filter(organization=organization, person__in=people, kind__in=PLACES)
    found: dict[str, list[str | Node]] = {person: [] for person in people}
    for level in sorted(levels, key=lambda level: (PLACES.index(level.kind), level.sourced_id)):
        places = found[level.person]
        if words[level.kind] not in places:
            places.append(words[level.kind])
        if level.school and ("org", level.school) not in places:
            places.append(("org", level.school))
    return found


def _values(sources: list[Any], column: str) -> list[str | Node]:
    value = next((getattr(each, column) for each in sources if hasattr(each, column)), None)
    if column == "child":
        return [("person", sources[0].all_of[1][1])]
    values = value if isinstance(value, list) else [value]
    if column == "grades" or (column, getattr(sources[0], "kind", "")) == ("name", "grade_level"):
        return [grade_name(str(each)) for each in values if each]
    kind = REFERS.get(column)
    return [
        (kind, each) if kind else _text(each) for each in values if each is not None and each != ""
    ]


def _grade(code: str) -> str:
    name = grade_name(code)
    return name if code in NAMED_GRADES else _("grade %s") % name


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        local = localtime(value)
        return f"{date_format(local, _('j M Y'))}, {local:%H:%M %Z}"
    if isinstance(value, date):
        return date_format(value, _("j M Y"))
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)
