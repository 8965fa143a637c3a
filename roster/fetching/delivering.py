"""Delivers what vendors wrote since the last delivery into a folder, here or on an SFTP server.

A delivery appears under its name when it is whole. One that fails changes nothing, so the next
one has what it had, and what was written since. A delivery that was named and never noted, as its
process died, is delivered once more: a delta may repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import transaction
from django.utils.module_loading import import_string

from roster import audit
from roster.arrivals.keeping import private_file
from roster.clock import clock, moment_of
from roster.exporting import Span, write_grades
from roster.fetching.alone import Visit, alone
from roster.fetching.found import Tick
from roster.models import Destination
from roster.refusal import Refused
from roster.written import numbering

# By name, as only who delivers by SFTP should wait until its library is loaded.
WAYS = {
    Destination.Kind.FOLDER: "roster.fetching.folder.put",
    Destination.Kind.SFTP: "roster.fetching.sftp.put",
}

Way = Callable[[Destination, Path, str, str, Tick], None]
"""Writes a file under the second name there, and gives it the first once it is whole."""


def deliver(
    destination: Destination, vendors: dict[int, str], *, by: audit.Actor
) -> dict[str, int]:
    """Deliver what is new; return how many rows of each file, none where nothing was written.

    Raises `Refused` with what to do, `NotYet` where the same may succeed soon; the reason stays
    with the destination until a delivery succeeds.
    """
    organization = destination.organization
    with alone(destination) as mine:
        span = Span(destination.upto, numbering.last(organization.pk))
        if span.upto <= span.after:
            return {}
        try:
            files = _send(mine, destination, span, vendors)
        except Refused as refusal:
            mine.save(problem=str(refusal))
            raise
        with transaction.atomic():
            mine.save(upto=span.upto, delivered=clock(), problem="")
            audit.record(
                by,
                "gradebook.delivered",
                organization,
                kind="destination",
                object_id=str(destination.pk),
                new={"address": destination.address, "files": files},
            )
    return files


def _send(
    mine: Visit, destination: Destination, span: Span, vendors: dict[int, str]
) -> dict[str, int]:
    organization, as_table = destination.organization, destination.form == Destination.Form.TABLE
    moment, suffix = moment_of(span.upto), "csv" if as_table else "zip"
    name = f"grades-{organization.slug}-{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03}Z"
    # The next delivery writes over what one that could remove nothing any more has left.
    whole, temporary = f"{name}.{suffix}", f".grades-{organization.slug}-{destination.pk}.partial"
    with private_file() as path:
        files = write_grades(organization, path, span, vendors, as_table=as_table)
        put: Way = import_string(WAYS[Destination.Kind(destination.kind)])
        put(destination, path, whole, temporary, mine.tick)
    return files
