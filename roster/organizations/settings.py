"""What an organization settles for itself: one table, from which the command is made too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F

from roster import audit
from roster.models import Organization, Reach, UsernameStandIn
from roster.refusal import Refused, require_valid
from roster.rollover import change_year


def _truth(text: str) -> bool:
    known = {"yes": True, "no": False}
    if text.lower() not in known:
        raise ValueError
    return known[text.lower()]


def _time_or_none(text: str) -> time | None:
    return time.fromisoformat(text.strip()) if text.strip() not in NONE else None


def _addresses(text: str) -> list[str]:
    """Read e-mail addresses that commas, blanks or new lines separate."""
    found = list(dict.fromkeys(text.replace(",", " ").split())) if text.strip() not in NONE else []
    try:
        for address in found:
            validate_email(address)
    except ValidationError as error:
        raise ValueError from error
    return found


def _language(text: str) -> str:
    if text not in LANGUAGES:
        raise ValueError
    return text


NONE = ("", "none")
LANGUAGES = dict(settings.LANGUAGES)


@dataclass(frozen=True, slots=True)
class Setting:
    """A column that a person sets: how its text is read, as what, and what it does."""

    read: Callable[[str], Any]
    form: str
    meaning: str


SETTINGS: dict[str, Setting] = {
    "name": Setting(str.strip, "NAME", "its full name"),
    "time_zone": Setting(str.strip, "ZONE", "its time zone, such as America/Chicago"),
    "school_year": Setting(
        str.strip, "YYYY", "the active school year, by the year in which it ends"
    ),
    "username_stand_in": Setting(
        str, "|".join(UsernameStandIn.values), "what takes the place of a missing username in 1.1"
    ),
    "early_access_days": Setting(
        int, "DAYS", "how long before its begin date an enrollment or role is shared"
    ),
    "refresh_at": Setting(time.fromisoformat, "HH:MM", "when the cache is refreshed every day"),
    "refresh_after_import": Setting(
        _truth, "yes|no", "whether an applied import is followed by a refresh"
    ),
    "refresh_hours_from": Setting(
        _time_or_none, "HH:MM|none", "the cache is refreshed every hour too, from this time"
    ),
    "refresh_hours_until": Setting(_time_or_none, "HH:MM|none", "to that one"),
    "hold_percent": Setting(
        int,
        "PERCENT",
        "imports and refreshes are held that remove more than so much of a collection,",
    ),
    "hold_records": Setting(int, "N", "and more than so many records of it"),
    "hold_visible": Setting(
        int,
        "N",
        "imports and refreshes are held that make more than so many hidden people visible",
    ),
    "tombstone_days": Setting(int, "DAYS", "how long removed records are listed as removed"),
    "requests_kept_days": Setting(int, "DAYS", "how long vendors' requests are kept"),
    "history_kept_days": Setting(
        int, "DAYS", "how long findings of imports, refreshes and jobs are kept"
    ),
    "alert_recipients": Setting(
        _addresses,
        "ADDRESS,…|none",
        "who gets an e-mail when something needs a person; none: every administrator",
    ),
    "second_factor_required": Setting(
        _truth, "yes|no", "whether its staff need a second factor to sign in"
    ),
    "vendors_read_each_other": Setting(
        _truth, "yes|no", "whether vendors read what other vendors wrote into the gradebook"
    ),
    "vendors_listed": Setting(
        _truth, "yes|no", "whether a public page lists who gets which of its data"
    ),
    "language": Setting(
        _language, "|".join(LANGUAGES), "the language of its letters to vendors and its alerts"
    ),
    "contact_name": Setting(str.strip, "NAME", "whom vendors ask"),
    "contact_email": Setting(str.strip, "ADDRESS", "and where"),
}


def set_organization(
    organization: Organization, given: Mapping[str, str], *, by: audit.Actor, reason: str = ""
) -> dict[str, Any]:
    """Set columns from their text; return `{"changed": {column: {"old", "new"}}, …}`.

    What shapes publications shows after the next refresh. Refused: what isn't understood, or
    what no organization may have.
    """
    wanted = {name: _read(name, text) for name, text in given.items()}
    with transaction.atomic():
        row = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        changed = {
            name: {"old": plain(getattr(row, name)), "new": plain(value)}
            for name, value in wanted.items()
            if getattr(row, name) != value
        }
        for name in changed:
            setattr(row, name, wanted[name])
        require_valid(row)
        if changed:
            _write(row, changed, by)
            audit.record(
                by,
                "organization.changed",
                row,
                old={name: each["old"] for name, each in changed.items()},
                new={name: each["new"] for name, each in changed.items()},
                reason=reason.strip(),
            )
    organization.refresh_from_db()
    return {
        "changed": changed,
        "settings": {name: plain(getattr(organization, name)) for name in SETTINGS},
    }


def _read(name: str, text: str) -> Any:
    setting = SETTINGS[name]
    try:
        return setting.read(text)
    except ValueError as error:
        raise Refused(f"“{text}” is no {setting.form} for {name}.") from error


def _write(row: Organization, changed: Mapping[str, Any], by: audit.Actor) -> None:
    """Save; another year has other levels.

    In another time zone days begin at other moments: the next import is read, though its bundle
    be the same.
    """
    year = row.school_year
    row.save(update_fields=[name for name in changed if name != "school_year"])
    if "vendors_read_each_other" in changed:
        Organization.objects.filter(pk=row.pk).update(acts=F("acts") + 1)
        Reach.objects.outdate(row.pk)
    if "time_zone" in changed:
        Organization.objects.filter(pk=row.pk).touch()  # type: ignore[attr-defined]
    if "school_year" in changed:
        change_year(row, year, by=by)


def plain(value: Any) -> Any:
    """Return a setting as JSON has it."""
    return f"{value:%H:%M}" if isinstance(value, time) else value


def text_of(value: Any) -> str:
    """Return the text that is read as this value."""
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(value)
        case None:
            return ""
        case _:
            return str(plain(value))
