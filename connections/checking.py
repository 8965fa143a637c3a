"""Prerequisites for one connection: of what it is shared, and of when its vendor reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from connections import sharing
from connections.models import Connection
from connections.sync_history import early_readings
from roster import checking
from roster.clock import clock
from roster.deciding import Decision
from roster.deciding.rules import EVERYTHING
from roster.explaining.decided import decided
from roster.models import Organization

DAYS = 7
"""So many days' readings are looked at."""


def check_data(
    organization: Organization,
    connection: Connection | None = None,
    *,
    needs: Iterable[str] = (),
    shown: int = checking.SHOWN,
) -> dict[str, Any]:
    """Return what each prerequisite finds of an organization's data, or of a connection's.

    The shape is that of `roster.checking.check_data`; for a connection, with the readings of its
    vendor that came before the day's refresh. One that isn't saved yet has no readings.
    """
    decisions = _decisions(organization, connection)
    found = checking.check_data(organization, decisions, needs=needs, shown=shown)
    if not needs and connection is not None and connection.pk is not None:
        found["checks"].append(_read_early(connection))
        found["meets"] = not any(each["count"] for each in found["checks"])
    return found


def records_behind(
    organization: Organization, connection: Connection | None, reason: checking.Reason
) -> dict[str, dict[str, list[str]]]:
    """Return the ids of the records that don't reach a vendor for a reason, by version.

    Without a connection, of those that reach no vendor.
    """
    return {
        version: checking.records_behind(decision, reason)
        for version, decision in _decisions(organization, connection).items()
    }


def _decisions(organization: Organization, connection: Connection | None) -> dict[str, Decision]:
    """Return what is decided now for a connection, or for a vendor that is shared everything."""
    if connection is None:
        return {each: decided(organization, each, EVERYTHING) for each in checking.VERSIONS}
    version = connection.oneroster
    return {version: decided(organization, version, sharing.rules(connection))}


def _read_early(connection: Connection) -> dict[str, Any]:
    """Return the check of readings that begin before the day's refresh."""
    organization = connection.organization
    early, _records = early_readings(connection, clock() - timedelta(days=DAYS))
    at = f"{organization.refresh_at:%H:%M} ({organization.time_zone})"
    words = _(
        "The cache is refreshed daily at %(at)s; who reads before that reads yesterday's data."
    ) % {"at": at}
    return {
        "code": "read_early",
        "title": _("Readings before the day's refresh, of the last %(days)s days") % {"days": DAYS},
        "count": early,
        "records": [],
        "means": {connection.oneroster: words},
        "repair": _("Let the vendor sync later, or refresh the cache earlier."),
        "needs": [],
    }
