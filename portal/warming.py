"""Reads an organization's maps before a page needs them: beside the first page that anybody opens.

After an import, and in a new process, that takes a third of a second at 50,000 students. A process
that starts while people are at their desks begins with their districts. Weighed and left: reading
maps before the web process forks, for which it would have to open the database, or all of them
when it starts, which would cost memory for districts that nobody looks at.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from django.db import connection, connections
from django.db.models import Max, Q

from roster import map as maps
from roster.clock import clock
from roster.models import Organization, StoredMap

log = logging.getLogger(__name__)

RECENTLY = timedelta(hours=1)
MOST = 2
"""Districts that a process begins with: as many of 50,000 students as it keeps the maps of."""

_read: dict[int, tuple[int, int | None]] = {}
"""By organization, the revision of its rows and the map that was shown when its maps were read."""


def begin() -> None:
    """In a new process, have the maps read of the districts whose staff were just here."""
    _in_background(_read_recent)


def warm(organization: Organization) -> None:
    """Have its maps read in the background, unless this process has read them."""
    now = organization.revision, organization.shown_map_id
    if _read.get(organization.pk) == now or connection.in_atomic_block:
        return
    _read[organization.pk] = now
    _in_background(read, organization)


def read(organization: Organization) -> None:
    """Read the map of its rows as they are, and that of the last refresh."""
    wanted = Q(revision=organization.revision) | Q(pk=organization.shown_map_id)
    stored = StoredMap.objects.filter(wanted, organization=organization)
    for pk in stored.values_list("pk", flat=True):
        maps.load(pk)


def _read_recent() -> None:
    last = Max("memberships__staff__usersession__last_seen_at")
    recent = Organization.objects.annotate(last=last).filter(last__gt=clock() - RECENTLY)
    for organization in recent.order_by("-last")[:MOST]:
        _read[organization.pk] = organization.revision, organization.shown_map_id
        read(organization)


def _in_background(work: Callable[..., None], *given: Organization) -> None:
    threading.Thread(target=_quietly, args=(work, *given), name="warming", daemon=True).start()


def _quietly(work: Callable[..., None], *given: Organization) -> None:
    try:
        work(*given)
    except Exception as error:  # The page that needs them reads them, or says why not.
        log.warning("Maps weren't read ahead.", extra={"cause": type(error).__name__})
    finally:
        connections.close_all()
