"""Plans a year rollover, carries it out on its day, and takes it back within a week."""

from __future__ import annotations

import logging
import re
from datetime import date

from django.db import transaction

from roster import audit
from roster.clock import clock
from roster.models import Organization, Rollover
from roster.refusal import Refused
from roster.rollover.switching import change_year, has_data

log = logging.getLogger(__name__)

YEAR = re.compile(r"\d{4}")


@transaction.atomic
def plan(organization: Organization, year: str, day: date, *, by: audit.Actor) -> Rollover:
    """Plan that `year` becomes the active one on `day`, in the place of what was planned before.

    The first refresh of that day, in the organization's time zone, publishes it. Refused: what is
    no year, the active one, a day that is past, an organization that has no active year yet.
    """
    row = _locked(organization)
    if not YEAR.fullmatch(year):
        raise Refused("A school year is the year in which it ends, such as 2027.")
    if not row.school_year:
        raise Refused("The first import decides the active school year.")
    if year == row.school_year:
        raise Refused("%(year)s is the active school year already.", year=year)
    if day < row.today():
        raise Refused("This day is past.")
    old = row.rollovers.planned().first()  # type: ignore[attr-defined]
    name = audit.name_of(by)[:200]
    values = {"before": row.school_year, "after": year, "day": day, "by_name": name}
    planned, _ = row.rollovers.update_or_create(state=Rollover.State.PLANNED, defaults=values)
    _record("rollover.planned", planned, by, old=_described(old) if old else None)
    return planned


@transaction.atomic
def cancel(organization: Organization, *, by: audit.Actor) -> None:
    """Give up the rollover that is planned; Refused if none is."""
    planned = _locked(organization).rollovers.planned().first()  # type: ignore[attr-defined]
    if planned is None:
        raise Refused("No rollover is planned.")
    planned.state, planned.finished = Rollover.State.CANCELLED, clock()
    planned.save(update_fields=["state", "finished"])
    _record("rollover.cancelled", planned, by)


@transaction.atomic
def carry_out_due(organization: Organization) -> bool:
    """Carry out the rollover whose day has come, and return whether there was one.

    It waits as long as no classes of the new year are there: vendors would lose all of theirs.
    """
    row = _locked(organization)
    due = row.rollovers.due(row.today()).first()  # type: ignore[attr-defined]
    if due is None:
        return False
    if not has_data(row, due.after):
        log.warning("A rollover waits for data.", extra={"organization": row.pk})
        return False
    change_year(organization, due.after, by=due.by_name)
    _record("rollover.done", due, due.by_name)
    return True


@transaction.atomic
def revert(organization: Organization, *, by: audit.Actor) -> Rollover:
    """Make the year before the active one again; vendors read it after the next refresh.

    Refused: more than seven days after the rollover, and where its data isn't there any more.
    """
    row = _locked(organization)
    done = row.rollovers.revertible()  # type: ignore[attr-defined]
    if done is None or done.after != row.school_year:
        raise Refused("There is no rollover of the last seven days to revert.")
    if not has_data(row, done.before):
        raise Refused(
            "No classes of %(before)s are here any more. Import a bundle that holds them first.",
            before=done.before,
        )
    change_year(organization, done.before, by=by)
    ours = row.rollovers.filter(state=Rollover.State.DONE, pk__gte=done.pk)
    ours.update(state=Rollover.State.REVERTED)
    _record("rollover.reverted", done, by)
    return done


def _locked(organization: Organization) -> Organization:
    return Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)


def _described(rollover: Rollover) -> dict[str, str]:
    return {"from": rollover.before, "to": rollover.after, "day": rollover.day.isoformat()}


def _record(
    action: str, rollover: Rollover, by: audit.Actor, old: dict[str, str] | None = None
) -> None:
    audit.record(by, action, rollover.organization, old=old, new=_described(rollover))
