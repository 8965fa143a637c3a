"""Records each bundle that comes in, and keeps it unless it was imported before."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction

from roster import arrivals, audit
from roster.models import Arrival, Import, Organization, Source

ON_ITS_WAY = "The same as the bundle that waits for its import already."
FORMER = {
    Import.State.APPLIED: "The same as the bundle that was applied last. Nothing to import.",
    Import.State.REFUSED: "The same as the bundle that was refused last: {reason}",
}
AS_BEFORE = "The same as the last bundle, which is {state}. It wasn't imported again."


def record(
    organization: Organization,
    path: Path,
    *,
    name: str,
    by: audit.Actor,
    source: Source | None = None,
    written: datetime | None = None,
    again: frozenset[str] = frozenset(),
) -> Arrival:
    """Record the bundle at `path`; keep it for its import, or say why it needs none.

    `again` names the states of imports (`refused`, `applied`…) after which the same bundle is
    imported once more.
    """
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=organization.pk)  # One after the other.
        arrival = arrivals.receive(
            organization, path, name=name, by=by, source=source, written=written
        )
        reason = _former(arrival, again)
        if reason:
            arrival.state, arrival.reason = Arrival.State.UNCHANGED, reason
            arrival.save(update_fields=["state", "reason"])
        else:
            arrivals.keep(arrival, path)
    return arrival


def _former(arrival: Arrival, again: frozenset[str]) -> str:
    """Return why the bundle needn't be imported, in words; blank if it is another one."""
    others = Arrival.objects.filter(organization=arrival.organization).exclude(pk=arrival.pk)
    waiting = others.waiting().first()
    if waiting is not None:
        return ON_ITS_WAY if waiting.checksum == arrival.checksum else ""
    done = arrival.organization.imports.exclude(state=Import.State.RUNNING)
    last = done.first()
    if last and last.state == Import.State.REFUSED and not _same(last, arrival):
        last = done.filter(state=Import.State.APPLIED).first()  # The refused one changed nothing.
    if last is None or last.state in again or not _same(last, arrival):
        return ""
    words = FORMER.get(Import.State(last.state), AS_BEFORE)
    return words.format(reason=last.reason, state=last.state)


def _same(last: Import, arrival: Arrival) -> bool:
    """Whether that import was of the same bundle; one that couldn't be opened has no checksum."""
    return (
        last.checksum == arrival.checksum
        or last.arrivals.filter(checksum=arrival.checksum).exists()
    )
