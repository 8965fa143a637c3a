"""The audit log: who changed what, from what to what, and why."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.access import ADMIN, AtDesk, page
from portal.asked import asked
from portal.csv_files import csv_answer
from portal.forms.endpoints import EndpointForm
from portal.forms.settings import SettingsForm
from portal.forms.sharing import SharingFields
from portal.forms.terms import TermsForm
from portal.paging import paged
from portal.words import ACTIONS
from roster import auditing
from roster.dialects.vocabularies import grade_name

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*\+\d\d:\d\d$")

NAMES: dict[str, Any] = {
    name: field.label
    for form in (EndpointForm, SharingFields, TermsForm, SettingsForm)
    for name, field in form.base_fields.items()
    if field.label
} | {
    "status": gettext_lazy("Status"),
    "oneroster": gettext_lazy("OneRoster version"),
    "types": gettext_lazy("Types"),
    "all_schools": gettext_lazy("All schools"),
    "inactive": gettext_lazy("Inactive accounts too"),
    "unenrolled": gettext_lazy("People without a class too"),
    "kept_out": gettext_lazy("People kept out"),
    "vendor": gettext_lazy("Name"),
    "slug": gettext_lazy("Short name"),
    "added": gettext_lazy("Added"),
    "changed": gettext_lazy("Changed"),
    "removed": gettext_lazy("Removed"),
    "valid": gettext_lazy("Valid secrets"),
    "created": gettext_lazy("Created"),
    "by": gettext_lazy("By"),
}
"""What values are called: as the forms call them."""


@page()
def show(request: AtDesk) -> HttpResponse:
    """The entries, the newest first, narrowed by act, person, object and day."""
    wanted = asked_for(request)
    found = auditing.entries(request.organization, wanted)
    cut = paged(request, found.count())
    actions = request.organization.audit.order_by("action").values_list("action", flat=True)
    return TemplateResponse(
        request,
        "audit/show.html",
        {
            "organization": request.organization,
            "may_change": request.may_change,
            "asked": wanted,
            "narrowed": any(wanted),
            "actions": [(name, ACTIONS.get(name, name)) for name in actions.distinct()],
            "query": request.GET.urlencode(),
            "paged": cut,
            "entries": [(entry, told(entry)) for entry in found[cut.cut]],
        },
    )


@page(ADMIN)
def download(request: AtDesk) -> HttpResponse:
    """All entries that meet what is asked, as a file for a spreadsheet."""
    found = auditing.entries(request.organization, asked_for(request))
    return csv_answer("audit", auditing.HEADINGS, auditing.lines(found))


def asked_for(request: AtDesk) -> auditing.Asked:
    return auditing.Asked(
        asked(request, "action"),
        asked(request, "by").strip(),
        asked(request, "object").strip(),
        day(asked(request, "from")),
        day(asked(request, "until")),
    )


def day(text: str) -> date | None:
    """Return the day that a text names; None where it names none."""
    try:
        return date.fromisoformat(text) if len(text) == len("2027-06-30") else None
    except ValueError:
        return None


def told(entry: Any) -> list[tuple[str, str, str]]:
    """Return what an entry changed: name, old and new as texts."""
    found = []
    for each in auditing.changes(entry):
        old, new = (shown(value) for value in _values(entry, each))
        if old != new:
            found.append((called(each.name, entry.action), old, new))
    return found


def called(name: str, action: str = "") -> str:
    """Return what the forms call a value; what no form has is called as it is recorded."""
    if name == "expires" and not action.startswith("connection."):  # Of a secret, or a link.
        return _("Until")
    snake = re.sub(r"(?<=[a-z])[A-Z]", lambda capital: f"_{capital[0].lower()}", name)
    return str(NAMES.get(snake, name))


def _values(entry: Any, change: auditing.Change) -> tuple[Any, Any]:
    """Return a change's old and new value; where a folder is, only operators need to know."""
    if change.name == "grades":
        return _grades(change.old), _grades(change.new)
    if change.name != "address":
        return change.old, change.new
    sides = ((entry.old, change.old), (entry.new, change.new))
    old, new = (
        _("a folder of the machine") if (of or {}).get("kind") == "folder" else value
        for of, value in sides
    )
    return old, new


def _in_order(value: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return a value's parts in the order of `NAMES`: PostgreSQL keeps an order of its own."""
    places = {name: place for place, name in enumerate(NAMES)}
    return sorted(value.items(), key=lambda part: places.get(part[0], len(places)))


def _grades(value: Any) -> Any:
    return [*map(grade_name, value)] if isinstance(value, list) else value


def shown(value: Any) -> str:
    """Return a value as people read it: lists and counts by commas, blanks as a dash."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return number_format(value, use_l10n=True, force_grouping=True)
    if isinstance(value, dict) and all(isinstance(each, int) for each in value.values()):
        return ", ".join(f"{name} {shown(each)}" for name, each in value.items() if each) or "0"
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        sentences = all(str(each).endswith(".") for each in value)
        return (" " if sentences else ", ").join(map(str, value))
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return "; ".join(
            ", ".join(f"{called(name)} {shown(of)}" for name, of in _in_order(each) if of)
            for each in value
        )
    if isinstance(value, str) and MOMENT.match(value):
        moment = timezone.localtime(datetime.fromisoformat(value))
        return f"{date_format(moment, _('j M Y'))}, {moment:%H:%M %Z}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
