"""Imports what came in, in the order in which it came, and forgets its content afterwards."""

from __future__ import annotations

from collections.abc import Callable

from roster import arrivals, audit
from roster.importing import import_bundle
from roster.models import Arrival, Import
from roster.refusal import Refused

Progress = Callable[[int, str], None]


def import_arrival(
    arrival: Arrival, *, by: audit.Actor, progress: Progress | None = None
) -> Import | None:
    """Import a bundle that waits; return its import, or None if it no longer waits.

    Raises Refused with the import's reason. What is held keeps its content until somebody has
    decided about it; all else is forgotten.
    """
    if arrival.state != Arrival.State.WAITING or arrival.of_import is not None:
        return arrival.of_import
    try:
        done = _done_before(arrival) or _import(arrival, by, progress)
    except Refused as refusal:
        _settle(arrival, Arrival.State.REFUSED, _refused(arrival), str(refusal))
        arrivals.forget(arrival)
        raise
    _settle(arrival, Arrival.State.IMPORTED, done)
    if done.state == Import.State.APPLIED:
        arrivals.forget(arrival)
    return done


def _import(arrival: Arrival, by: audit.Actor, progress: Progress | None) -> Import:
    with arrivals.unpacked(arrival) as path:
        return import_bundle(
            arrival.organization,
            path,
            by=by,
            name=arrival.name,
            progress=progress,
            arrival=arrival,
        )


def _done_before(arrival: Arrival) -> Import | None:
    """Return the import that a process has applied and died before it could say so."""
    return arrival.organization.imports.filter(
        began__gte=arrival.received, checksum=arrival.checksum, state=Import.State.APPLIED
    ).first()


def abandon(arrival: Arrival, reason: str) -> None:
    """Give a waiting bundle up: its import failed too often, or its content is lost."""
    waiting = Arrival.objects.filter(pk=arrival.pk, state=Arrival.State.WAITING, of_import=None)
    if waiting.update(state=Arrival.State.FAILED, reason=reason):
        arrivals.forget(arrival)


def _settle(
    arrival: Arrival, state: Arrival.State, of_import: Import | None, reason: str = ""
) -> None:
    arrival.state, arrival.of_import, arrival.reason = state, of_import, reason
    arrival.save(update_fields=["state", "of_import", "reason"])


def _refused(arrival: Arrival) -> Import | None:
    """Return the import that refused this bundle; one that never began has none."""
    return arrival.organization.imports.filter(
        began__gte=arrival.received, name=arrival.name, state=Import.State.REFUSED
    ).first()
