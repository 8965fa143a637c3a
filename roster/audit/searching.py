"""Reading the audit log: narrowed by act, person, object and day."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet

from roster.clock import stamp
from roster.models import AuditEntry, Organization

HEADINGS = ("at", "by", "action", "kind", "object", "what", "old", "new", "reason")


class Asked(NamedTuple):
    """What is looked for; blank or None is everything. Days are the organization's own."""

    action: str = ""
    by: str = ""
    object_id: str = ""
    since: date | None = None
    until: date | None = None


class Change(NamedTuple):
    """One value that an act changed; None is no value."""

    name: str
    old: Any
    new: Any


def entries(organization: Organization, asked: Asked) -> QuerySet[AuditEntry]:
    """Return the organization's entries that meet what is asked, the newest first."""
    found = organization.audit.all()
    if asked.action:
        found = found.filter(action=asked.action)
    if asked.by:
        found = found.filter(by_name__icontains=asked.by)
    if asked.object_id:
        found = found.filter(object_id=asked.object_id)
    if asked.since:
        found = found.filter(at__gte=_begin(organization, asked.since))
    if asked.until:
        found = found.filter(at__lt=_begin(organization, asked.until + timedelta(days=1)))
    return found


def changes(entry: AuditEntry) -> list[Change]:
    """Return what differs between an entry's old and new values, by name."""
    old, new = entry.old, entry.new
    if not isinstance(old, dict) and not isinstance(new, dict):
        return [] if old is None and new is None else [Change("", old, new)]
    before, after = _named(old), _named(new)
    return [
        Change(name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def lines(found: QuerySet[AuditEntry]) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of a table: one line for each changed value, at least one for each entry."""
    for entry in found.iterator(1000):
        common = (stamp(entry.at), entry.by_name, entry.action, entry.kind, entry.object_id)
        for change in changes(entry) or [Change("", None, None)]:
            yield (*common, change.name, _text(change.old), _text(change.new), entry.reason)


def _named(values: Any) -> dict[str, Any]:
    if values is None:
        return {}
    return values if isinstance(values, dict) else {"": values}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _begin(organization: Organization, day: date) -> datetime:
    return datetime.combine(day, time(), zoneinfo.ZoneInfo(organization.time_zone))
