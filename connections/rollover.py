"""The year rollover for each connection: what it would do, and the held import that it decides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from connections.models import Connection
from roster import audit, jobs
from roster.explaining import difference
from roster.importing import held_import
from roster.models import Import, Organization, Rollover
from roster.publishing.inputs import Inputs, inputs_of
from roster.rollover import foresee, has_data

QUESTION = "year"
"""The reason for which an import is held that no longer holds the active school year."""

OF_A_ROLLOVER = {QUESTION, "removals", "emptied", "hidden", "grown"}
"""Reasons that a bundle of another year has of itself; any other one is for a person to look at."""

NAMED = 20
"""How many records of a list a page names; a file names all."""


class Record(NamedTuple):
    """A record that a vendor would get, or lose."""

    connection: int
    vendor: str
    collection: str
    change: str
    sourced_id: str


def preview(organization: Organization, year: str, named: int = NAMED) -> dict[str, Any]:
    """Return what it would do now if `year` became the active school year; changes nothing.

    `{"from", "to", "has_data", "connections": [{"id", "vendor", "status", "collections"}], "marks":
    [{"kind", "sourced_id", "becomes", "outcome"}]}`: for each open connection the difference to
    what it reads now (`roster.explaining.difference`), with the ids of the first `named`; and
    what becomes of the marks of this year (`roster.carrying.Prospect`). Nobody waits for it.
    Refused: the active year.
    """
    foreseen = foresee(organization, year)
    inputs = inputs_of(organization, foreseen.map).with_marks(foreseen.marks)
    return {
        "from": organization.school_year,
        "to": year,
        "has_data": has_data(organization, year),
        "connections": _connections(organization, inputs, named),
        "marks": [each._asdict() for each in foreseen.prospects],
    }


def records(found: dict[str, Any]) -> Iterator[Record]:
    """Yield the records that a preview names."""
    for each in found["connections"]:
        for collection, numbers in each["collections"].items():
            for change, ids in numbers["ids"].items():
                for sourced_id in ids:
                    yield Record(each["id"], each["vendor"], collection, change, sourced_id)


def question(organization: Organization) -> Import | None:
    """Return the held import that asks for the rollover, if there is one."""
    held = held_import(organization)
    return held if held and any(each["code"] == QUESTION for each in held.holds) else None


def approve_due(by: audit.Actor) -> list[Import]:
    """Have the held imports applied that a rollover was planned for whose day has come.

    Only those whose reasons are a rollover's; with them their year becomes the active one.
    """
    asked = []
    for planned in Rollover.objects.planned().select_related("organization"):
        held = question(planned.organization)
        if held is None or planned.day > planned.organization.today():
            continue
        if {each["code"] for each in held.holds} <= OF_A_ROLLOVER:
            jobs.request_approval(held, by=planned.by_name or by)
            asked.append(held)
    return asked


def _connections(organization: Organization, inputs: Inputs, named: int) -> list[dict[str, Any]]:
    open_ones = Connection.objects.filter(organization=organization).open().by_name()
    return [
        {
            "id": each.pk,
            "vendor": each.vendor,
            "status": each.status,
            "collections": difference(
                each.feed, organization, each.oneroster, each.feed.rules, named, inputs
            ),
        }
        for each in open_ones.select_related("feed")
        if each.feed is not None
    ]
