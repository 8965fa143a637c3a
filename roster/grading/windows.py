"""Grading windows: on which days vendors may write into a grading period."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from roster import audit
from roster.clock import today
from roster.models import AcademicSession, GradingWindow, Organization, Status
from roster.refusal import Refused, require_valid


class Period(NamedTuple):
    """A grading period with its window; `is_open` says whether vendors may write today."""

    session: AcademicSession
    opens: date | None
    closes: date | None
    is_open: bool


def periods_of(organization: Organization) -> list[Period]:
    """Return the grading periods of the active year, and other sessions that have a window."""
    windows = {each.session: each for each in organization.windows.all()}
    wanted = Q(type="gradingPeriod")
    if organization.school_year:
        wanted &= Q(school_year__in=["", organization.school_year])
    rows = AcademicSession.objects.filter(
        wanted | Q(sourced_id__in=windows), organization=organization, status=Status.ACTIVE
    )
    today, nothing = organization.today(), GradingWindow()
    found = []
    for row in rows.order_by("start_date", "sourced_id"):
        window = windows.get(row.sourced_id, nothing)
        found.append(Period(row, window.opens, window.closes, not window.shut(today)))
    return found


def set_window(
    organization: Organization,
    session: str,
    opens: date | None,
    closes: date | None,
    *,
    by: audit.Actor,
    reason: str = "",
) -> bool:
    """Let vendors write into a period on these days; without both, always. Return if it changed."""
    sessions = AcademicSession.objects.filter(organization=organization, status=Status.ACTIVE)
    if not sessions.filter(sourced_id=session).exists():
        raise Refused("There is no academic session “%(session)s”.", session=session)
    if opens and closes and closes < opens:
        raise Refused("A window closes on the day on which it opens, or later.")
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        known = organization.windows.filter(session=session).first()
        window = known or GradingWindow(organization=organization, session=session)
        old = _described(window)
        window.opens, window.closes = opens, closes
        if _described(window) == old:
            return False
        if opens or closes:
            require_valid(window)
            window.save()
        elif known:
            known.delete()
        audit.record(
            by,
            "grading_window.changed",
            organization,
            kind="session",
            object_id=session,
            old=old,
            new={"opens": opens and opens.isoformat(), "closes": closes and closes.isoformat()},
            reason=reason.strip(),
        )
    return True


class Rules(NamedTuple):
    """An organization's time zone, and why nothing is written today into which periods."""

    zone: str
    shut: dict[str, str]


def rules_of(organization: int) -> Rules:
    columns = ("time_zone", "windows__session", "windows__opens", "windows__closes")
    rows = list(Organization.objects.filter(pk=organization).values_list(*columns))
    day, zone = today(rows[0][0]), rows[0][0]
    windows = [GradingWindow(session=row[1], opens=row[2], closes=row[3]) for row in rows if row[1]]
    words = {each.session: each.shut(day) for each in windows}
    return Rules(zone, {session: why for session, why in words.items() if why})


def _described(window: GradingWindow) -> dict[str, Any]:
    return {
        "opens": window.opens and window.opens.isoformat(),
        "closes": window.closes and window.closes.isoformat(),
    }
