"""The year rollover for each connection: what it would do, and the held import that it decides."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import transaction

from connections.models import Connection
from roster import audit, jobs
from roster.explaining import difference
from roster.importing import held_import
from roster.jobs.attempts import organization_of
from roster.jobs.progress import Progress
from roster.jobs.queue import OPEN
from roster.models import Import, Job, Organization, Rollover
from roster.publishing.inputs import inputs_of
from roster.refusal import Refused
from roster.rollover import Foreseen, foresee, has_data

KIND = "foresee"

QUESTION = "year"
"""The reason for which an import is held that no longer holds the active school year."""

OF_A_ROLLOVER = {QUESTION, "removals", "emptied", "hidden", "grown"}
"""Reasons that a bundle of another year has of itself; any other one is for a person to look at."""

NAMED, EVERY = 20, 10_000_000
"""How many records of a list a preview names, and a file."""


class Record(NamedTuple):
    """A record that a vendor would get, or lose."""

    connection: int
    vendor: str
    collection: str
    change: str
    sourced_id: str


def request(organization: Organization, year: str, *, by: audit.Actor) -> Job:
    """Queue the preview of a year, in the place of the one before.

    Refused: the active year, and while another preview is being made.
    """
    with transaction.atomic():
        row = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if year == row.school_year:
            raise Refused("%(year)s is the active school year already.", year=year)
        former = row.jobs.filter(kind=KIND)  # type: ignore[attr-defined]
        if former.filter(state__in=OPEN).exists():
            raise Refused("A preview is being made already. Wait until it is done.")
        former.filter(arguments__year=year).delete()
        key = f"{KIND}:{row.slug}:{secrets.token_hex(8)}"
        return jobs.enqueue(KIND, organization=row, key=key, arguments={"year": year}, by=by)


def previews_of(organization: Organization, year: str) -> Job | None:
    """Return the job that makes, or has made, the preview of a year."""
    found = organization.jobs.filter(kind=KIND, arguments__year=year)  # type: ignore[attr-defined]
    job: Job | None = found.order_by("-pk").first()
    return job


def work(job: Job, progress: Progress) -> dict[str, Any]:
    """Make the preview that was asked for; `revision` is that of the data it was made of."""
    organization = organization_of(job)
    made = preview(organization, job.arguments["year"], progress=progress)
    return made | {"revision": organization.revision}


def preview(
    organization: Organization, year: str, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Return what it would do now if `year` became the active school year; changes nothing.

    `{"from", "to", "has_data", "connections": [{"id", "vendor", "status", "collections"}], "marks":
    [{"kind", "sourced_id", "becomes", "outcome"}]}`: for each open connection the difference to
    what it reads now (`roster.explaining.difference`), with the ids of the first NAMED; and
    what becomes of the marks of this year (`roster.carrying.Prospect`). Nobody waits for it.
    Refused: the active year.
    """
    if progress:
        progress(0, "Deriving the hierarchy")
    foreseen = foresee(organization, year)
    return {
        "from": organization.school_year,
        "to": year,
        "has_data": has_data(organization, year),
        "connections": [*_connections(organization, foreseen, NAMED, progress)],
        "marks": [each._asdict() for each in foreseen.prospects],
    }


def records(organization: Organization, year: str) -> Iterator[Record]:
    """Return who and what would come or go, all of it, connection by connection.

    Refused, before the first is asked for: the active year.
    """
    return _records(organization, foresee(organization, year))


def _records(organization: Organization, foreseen: Foreseen) -> Iterator[Record]:
    for each in _connections(organization, foreseen, EVERY):
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


def _connections(
    organization: Organization,
    foreseen: Foreseen,
    named: int,
    progress: Progress | None = None,
) -> Iterator[dict[str, Any]]:
    inputs = inputs_of(organization, foreseen.map).with_marks(foreseen.marks)
    open_ones = Connection.objects.filter(organization=organization).open().by_name()
    found = [(each, each.feed) for each in open_ones.select_related("feed") if each.feed]
    for number, (each, feed) in enumerate(found):
        if progress:
            progress(20 + 80 * number // len(found), each.title)
        yield {
            "id": each.pk,
            "vendor": each.vendor,
            "status": each.status,
            "collections": difference(
                feed, organization, each.oneroster, feed.rules, named, inputs
            ),
        }
