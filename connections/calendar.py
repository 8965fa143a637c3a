"""What is to happen by date: of every connection, of what it is read with, and of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from connections.models import Connection, Secret
from roster.models import Organization

BEGINS, RESUMES, EXPIRES = "begins", "resumes", "expires"
AGREEMENT, SECRET, ROLLOVER = "agreement", "secret", "rollover"

WARNED = {BEGINS: 3, RESUMES: 3, EXPIRES: 30, AGREEMENT: 60, SECRET: 14, ROLLOVER: 14}
"""How many days before each kind of date somebody is warned: long enough to prevent it."""

BEGINNINGS = {Connection.Status.PAUSED.value: RESUMES, Connection.Status.DISABLED.value: BEGINS}


class Date(NamedTuple):
    """What happens on a day: on the first day of a beginning, after the last day of an end.

    A year rollover is every connection's, and names none.
    """

    day: date
    what: str
    connection: Connection | None = None

    @property
    def vendor(self) -> str:
        return self.connection.vendor if self.connection else ""


def dates_of(organization: Organization, connections: Iterable[Connection]) -> list[Date]:
    """Return all dates of these connections and the rollover's, the first first; past ones too."""
    known = {each.pk: each for each in connections}
    found = [date for each in known.values() for date in _own(each)]
    secrets = Secret.objects.filter(connection__in=known, ended__isnull=True)
    found += [
        Date(day, SECRET, known[pk])
        for day, pk in secrets.values_list("expires", "connection")
        if day
    ]
    found += [Date(each.day, ROLLOVER) for each in organization.rollovers.planned()]
    return sorted(found, key=lambda each: (each.day, each.vendor))


def upcoming(organization: Organization) -> list[Date]:
    """Return the dates of which somebody is to be warned today, the first first."""
    today = organization.today()
    open_ones = Connection.objects.filter(organization=organization).open()
    return [
        each
        for each in dates_of(organization, open_ones)
        if 0 <= (each.day - today).days <= WARNED[each.what]
    ]


def _own(connection: Connection) -> list[Date]:
    days = {
        BEGINNINGS.get(connection.status, ""): connection.active_on,
        EXPIRES: connection.expires,
        AGREEMENT: connection.agreement_ends,
    }
    return [Date(day, what, connection) for what, day in days.items() if what and day]
