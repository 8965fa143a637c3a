"""What an entry of the audit log changed, in people's words: names and values as forms say them."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import letters, words
from portal.forms.endpoints import CREDENTIALS, EndpointForm
from portal.forms.settings import SettingsForm
from portal.forms.sharing import SharingFields
from portal.forms.terms import TermsForm
from portal.models import Membership
from roster.audit import searching
from roster.dialects.vocabularies import grade_name

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*\+\d\d:\d\d$")


def labels(*forms: Any) -> dict[str, Any]:
    """Return what forms call their fields."""
    fields = [each for form in forms for each in form.base_fields.items()]
    return {name: field.label for name, field in fields if field.label}


NAMES: dict[str, Any] = labels(EndpointForm, SharingFields, TermsForm, SettingsForm) | {
    "status": gettext_lazy("Status"),
    "oneroster": gettext_lazy("OneRoster version"),
    "versions": gettext_lazy("OneRoster versions"),
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
    "with": gettext_lazy("By means of"),
    "device": gettext_lazy("Device"),
    "email": gettext_lazy("E-mail address"),
    "role": gettext_lazy("Role"),
    "provider": gettext_lazy("Service"),
    "letter": gettext_lazy("Letter"),
    "to": gettext_lazy("To"),
    "sha256": gettext_lazy("Checksum"),
    "tokens": gettext_lazy("Access tokens"),
    "columns": gettext_lazy("Columns"),
    "until": gettext_lazy("Until"),
    "kind": gettext_lazy("Place"),
    "host_key": gettext_lazy("Trusted key of the server"),
    "certificate": gettext_lazy("Certificate of the server"),
    "active": gettext_lazy("By itself"),
    "answer": gettext_lazy("Files of which nothing says what they are hold"),
    "form": gettext_lazy("What is delivered"),
}
"""What values are called: as the forms call them."""

OF_CONNECTIONS = labels(TermsForm)
"""What is called otherwise where it is a connection's."""

PLACES = {
    "folder": gettext_lazy("a folder of the machine"),
    "sftp": gettext_lazy("a server, by SFTP"),
    "https": gettext_lazy("a server, by HTTPS"),
}
VALUES: dict[str, dict[str, Any]] = {
    "status": {name: each.label for name, each in words.STANDINGS.items()},
    "types": {**words.TYPE_NAMES},
    "shares": {**words.SHARE_NAMES},
    "withheld": {**words.FIELDS},
    "role": {role.value: role.label for role in Membership.Role},
    "letter": {name: kind.name for name, kind in letters.KINDS.items()},
    "kind": PLACES,
    "credential": {str(name): each for name, each in CREDENTIALS.items()},
    "secret": {"replaced": gettext_lazy("replaced"), "none": gettext_lazy("none")},
    "answer": {"bulk": gettext_lazy("all records"), "delta": gettext_lazy("changes only")},
    "form": {**words.DELIVERED},
    "with": {"password": gettext_lazy("password"), "passkey": gettext_lazy("passkey")},
}
"""What values are that are recorded in words of the code."""

COUNTS = {
    "read": gettext_lazy("read"),
    "left_out": gettext_lazy("left out"),
    "created": gettext_lazy("new"),
    "updated": gettext_lazy("changed"),
    "unchanged": gettext_lazy("unchanged"),
    "retired": gettext_lazy("removed"),
    "returned": gettext_lazy("come back"),
}
"""What numbers of rows are called that an import counted."""


def described(entry: Any) -> list[tuple[str, str, str]]:
    """Return what an entry changed: name, old and new as texts."""
    found = []
    for each in searching.changes(entry):
        old, new = (shown(value) for value in _values(entry, each))
        if old != new:
            found.append((called(each.name, entry.action), old, new))
    return found


def called(name: str, action: str = "") -> str:
    """Return what the forms call a value; what no form has is called as it is recorded."""
    if name == "expires" and not action.startswith("connection."):  # Of a secret, or a link.
        return _("Until")
    if name == "name" and action.startswith("agreement."):
        return _("File")
    snake = snake_case(name)
    own = OF_CONNECTIONS if action.startswith("connection.") else {}
    return str(own.get(snake) or NAMES.get(snake, name))


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])[A-Z]", lambda capital: f"_{capital[0].lower()}", name)


def _values(entry: Any, change: searching.Change) -> tuple[Any, Any]:
    """Return a change's old and new value; where a folder is, only operators need to know."""
    if change.name == "grades":
        return _grades(change.old), _grades(change.new)
    if known := VALUES.get(snake_case(change.name)):
        return _in_words(change.old, known), _in_words(change.new, known)
    if change.name != "address":
        return change.old, change.new
    versions = ((entry.old, change.old), (entry.new, change.new))
    old, new = (
        str(PLACES["folder"]) if (of or {}).get("kind") == "folder" else value
        for of, value in versions
    )
    return old, new


def _in_words(value: Any, known: dict[str, Any]) -> Any:
    """Return a recorded word, or a list of them, as people say it."""
    if isinstance(value, list):
        return [_in_words(each, known) for each in value]
    return str(known.get(value, value)) if isinstance(value, str) else value


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
        known = ((COUNTS.get(name, name), each) for name, each in value.items() if each)
        return ", ".join(f"{name} {shown(each)}" for name, each in known) or "0"
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return "; ".join(f"{name}: {each}" if each else name for name, each in value.items())
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
