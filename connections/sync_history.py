"""What the runs and requests of a connection say about its syncs, and how long they are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.db.models import Min

from connections.belonging import IDLE, LONGEST
from connections.models import Connection, Request, Run
from roster.api.operations import BUNDLES, OPERATIONS
from roster.clock import clock
from roster.database import prepared
from roster.kinds import COLLECTIONS
from roster.models import Organization

BEFORE = timedelta(minutes=5)
AFTER = timedelta(minutes=20)
"""How far a reading's span reaches before its first and after its last request: a vendor's
clock may be five minutes wrong, and fifteen may pass until the vendor calls its reading done."""


OLDEST = f"""
SELECT min(number) FROM {Run._meta.db_table}
 WHERE connection_id = %s AND began BETWEEN %s AND %s AND last >= %s
"""  # noqa: S608 - the name of our own table


def oldest_read(connection: int, moment: datetime) -> int | None:
    """Return the oldest number read by the readings whose span holds `moment`, if any does."""
    span = map(database.ops.adapt_datetimefield_value, _span(moment))
    oldest: int | None = prepared.value(OLDEST, [connection, *span])
    return oldest


def reading_since(connection: int, moment: datetime) -> datetime | None:
    """Return when the first of the readings began whose span holds `moment`, if any does."""
    earliest, begun, still = _span(moment)
    readings = Run.objects.filter(
        connection=connection, began__range=(earliest, begun), last__gte=still
    )
    return readings.aggregate(first=Min("began"))["first"]


def _span(moment: datetime) -> tuple[datetime, datetime, datetime]:
    """Return between which moments a reading began whose span holds `moment`, and when it went on.

    One is over after 24 hours, so earlier ones needn't be looked at.
    """
    try:
        return moment - AFTER - LONGEST - IDLE, moment + BEFORE, moment - AFTER
    except OverflowError:  # The year 1 or 9999: no reading was then.
        return moment, moment, moment


def last_read(connection: Connection, collection: str) -> datetime | None:
    """Return when the vendor last got a list of that collection, as far as the log goes back."""
    return (
        Request.objects.filter(connection=connection, endpoint__in=lists_of(collection), status=200)
        .order_by("-at")
        .values_list("at", flat=True)
        .first()
    )


def early_readings(connection: Connection, since: datetime) -> tuple[int, int]:
    """Return how many readings since then began before the day's refresh, and how many in all."""
    organization = connection.organization
    zone = ZoneInfo(organization.time_zone)
    began = connection.runs.filter(began__gte=since).values_list("began", flat=True)
    early = [at for at in began if at.astimezone(zone).time() < organization.refresh_at]
    return len(early), len(began)


def lists_of(collection: str) -> list[str]:
    """Return the paths of the lists that show who reads a collection, as the log has them.

    Its subsets count: who reads `students` reads users. So does a bundle, which a token can't be
    given without the roster. Nested lists don't: they show a part.
    """
    found = [
        operation.path
        for operation in OPERATIONS
        if operation.many and not operation.parents and operation.collection == collection
    ]
    known = COLLECTIONS.get(collection)
    if known and known.service == "rostering" and collection != "demographics":
        found += [each.path for each in BUNDLES]
    return found


AT_ONCE = 5_000
"""Requests that one call deletes at most, so that nobody waits for it."""


def prune_requests() -> int:
    """Delete requests that are older than their district keeps them; return how many."""
    pruned = 0
    for days in Organization.objects.values_list("requests_kept_days", flat=True).distinct():
        old = Request.objects.filter(
            connection__organization__requests_kept_days=days,
            at__lt=clock() - timedelta(days=days),
        )
        pruned += Request.objects.filter(
            pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])
        ).delete()[0]
    return pruned


def prune() -> int:
    """Delete the runs that are older than their district's tombstones; return how many."""
    pruned = 0
    for days in Organization.objects.values_list("tombstone_days", flat=True).distinct():
        before = clock() - max(timedelta(days=days), 2 * LONGEST)
        old = Run.objects.filter(connection__organization__tombstone_days=days)
        pruned += old.filter(last__lt=before).delete()[1].get("connections.Run", 0)
    return pruned
