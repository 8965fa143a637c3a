"""Where a connection stands today, and the words in which a vendor is refused.

The token endpoint and the API ask here, so they say the same.
"""

from __future__ import annotations

from datetime import date

from connections.models import Connection
from roster import clock

CLOSED = "closed"

REFUSALS = {
    "disabled": "This connection is not enabled yet; the district enables it when it is ready.",
    "suspended": "This connection has been suspended by the district.",
    "expired": "This connection has expired; only the district can renew it.",
    CLOSED: "This connection has been closed by the district.",
}
"""What is refused, and how; plain ASCII, as RFC 6749 wants it. Active and paused aren't here."""


def standing(status: str, last_day: date | None, time_zone: str) -> str:
    """Return the status as it holds today: one of `Connection.Status`, or `expired`.

    `last_day` is the last one on which the vendor may read, in the district's time zone.
    """
    if status in REFUSALS or last_day is None or last_day >= clock.today(time_zone):
        return status
    return "expired"


def refusal(status: str, last_day: date | None, time_zone: str) -> str | None:
    """Return why a connection is refused today, for the vendor to read; None if it isn't."""
    return REFUSALS.get(standing(status, last_day, time_zone))


def is_expired(connection: Connection) -> bool:
    """Return whether the last day on which the vendor may read is past, whatever the status."""
    return connection.last_day is not None and connection.last_day < connection.organization.today()
