"""What one vendor may see as a bulk bundle: for its own request, or for the district."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from connections.models import Connection
from connections.viewing import collections_of, reader_of
from roster import audit, exporting, publishing
from roster.clock import clock
from roster.exporting import Exported, PublishedDocuments
from roster.refusal import Refused

LONGEST = timedelta(hours=1)
"""How long what a bundle is made of stays, whatever is published meanwhile."""


def export_connection(
    connection: Connection,
    path: Path,
    *,
    by: audit.Actor,
    report: Callable[[int], None] | None = None,
) -> Exported:
    """Write what a connection reads now as a bundle of its version; raises `Refused`."""
    reader = reader_of(connection)
    if not reader.publication:
        raise Refused(f"Nothing is published for {connection.vendor} yet, so it sees nothing.")
    publishing.keep(reader.publication, clock() + LONGEST)
    source = PublishedDocuments(reader, collections_of(connection))
    exported = exporting.write(source, connection.organization, path, report)
    assert exported is not None  # noqa: S101 - without a condition it always holds.
    audit.record(
        by,
        "roster.exported",
        connection.organization,
        kind="connection",
        object_id=str(connection.pk),
        new={"oneroster": connection.oneroster, "files": exported.files},
    )
    return exported
