"""Reads an organization's maps before a page needs them: beside the first page that anybody opens.

After an import, and in a new process, that takes a third of a second at 50,000 students. Weighed
and left: reading them before the web process forks, for which it would have to open the database,
or when it starts, which would cost memory for districts that nobody looks at.
"""

from __future__ import annotations

import logging
import threading

from django.db import connection, connections
from django.db.models import Q

from roster import map as maps
from roster.models import Organization, StoredMap

log = logging.getLogger(__name__)

_read: dict[int, tuple[int, int | None]] = {}
"""By organization, the revision of its rows and the map that was shown when its maps were read."""


def warm(organization: Organization) -> None:
    """Have its maps read in the background, unless this process has read them."""
    now = organization.revision, organization.shown_map_id
    if _read.get(organization.pk) == now or connection.in_atomic_block:
        return
    _read[organization.pk] = now
    threading.Thread(target=_begin, args=(organization,), name="warming", daemon=True).start()


def read(organization: Organization) -> None:
    """Read the map of its rows as they are, and that of the last refresh."""
    wanted = Q(revision=organization.revision) | Q(pk=organization.shown_map_id)
    stored = StoredMap.objects.filter(wanted, organization=organization)
    for pk in stored.values_list("pk", flat=True):
        maps.load(pk)


def _begin(organization: Organization) -> None:
    try:
        read(organization)
    except Exception:  # The page that needs them reads them, or says why not.
        log.warning("Maps weren't read ahead.", extra={"organization": organization.pk})
    finally:
        connections.close_all()
