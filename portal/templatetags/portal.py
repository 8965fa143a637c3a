"""What templates of the portal say again and again: icons, times, states, the shell around."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.information import PATHS
from connections.models import Connection, Partner, Request
from portal import articles
from portal.retelling import retold
from portal.terms import KIND_TERMS
from portal.words import (
    ACTIONS,
    FINDING_COLUMNS,
    JOB_STATES,
    JOBS,
    NEED_NAMES,
    OBJECTS,
    REFRESHES,
    SEVERITIES,
    SHARE_NAMES,
    STANDINGS,
    TYPE_NAMES,
    Words,
    advice,
    spelled,
    standing_of,
    true_of,
)
from roster.clock import moment_of
from roster.models import AuditEntry, Mark

register = template.Library()
register.filter("spelled", spelled)
register.filter(advice)
register.filter(retold)
register.filter(true_of)


@register.filter
def of(named: dict[Any, str], key: Any) -> str:
    """Return what something is called; blank where it has no name."""
    return named.get(key, "")


@register.filter
def initials(name: str) -> str:
    """Return the first letters of up to two words of a name, for want of a logo."""
    return "".join(word[0] for word in re.findall(r"\w+", name)[:2]).upper()


PLACES = (
    ("organization", "house", gettext_lazy("Home")),
    ("roster", "users", gettext_lazy("Roster")),
    ("connections", "plug", gettext_lazy("Connections")),
    ("imports", "inbox", gettext_lazy("Imports")),
    ("prerequisites", "circle-check", gettext_lazy("Prerequisites")),
    ("grades", "school", gettext_lazy("Grades from vendors")),
    ("cache", "layers", gettext_lazy("OneRoster cache")),
    ("audit", "clock", gettext_lazy("Audit log")),
    ("staff", "circle-user-round", gettext_lazy("Staff")),
    ("settings", "sliders", gettext_lazy("Settings")),
)
"""The pages in the side bar: name of the address, icon, words. Names of the pages below a place
begin with the place's own, without its plural (`connection_new`)."""

BELOW = {"connections": ("rollover",)}
"""How else names of pages below a place begin: the rollover is a day of the calendar."""

FOR_ADMINS = {"staff"}
"""The places that viewers have no door to."""

TABS = (
    ("connection", gettext_lazy("Overview")),
    ("connection_information", gettext_lazy("Information to Share")),
    ("connection_requests", gettext_lazy("Requests")),
    ("connection_view", gettext_lazy("View as vendor")),
)
"""The pages of a connection: name of the address, words."""


@register.simple_tag
def icon(name: str) -> SafeString:
    """Write an icon of the sprite; it says nothing to a screen reader, the words next to it do."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def when(moment: datetime | None) -> SafeString | str:
    """Write a moment in the organization's zone, with the zone shown; an em dash for none."""
    if moment is None:
        return "—"
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}">{}, {} {}</time>',
        local.isoformat(timespec="seconds"),
        formats.date_format(local, _("j M Y")),
        local.strftime("%H:%M"),
        local.strftime("%Z"),
    )


@register.simple_tag
def standing(connection: Connection) -> SafeString:
    """Write a connection's status as it holds today."""
    known = STANDINGS[standing_of(connection)]
    return format_html('<span class="status {}">{}</span>', known.tone, known.label)


@register.simple_tag
def refused_words(state: str) -> str:
    """Write why a vendor is refused in that state, for the district."""
    return str(STANDINGS[state].meaning)


@register.simple_tag
def asked_for(connection: Connection, asked: Request) -> str:
    """Write what was asked for, without the path that all of a connection's requests begin with."""
    for base in set(PATHS[connection.oneroster].values()):
        if asked.endpoint.startswith(base[1:] + "/"):
            return asked.endpoint.removeprefix(base[1:] + "/")
    return asked.endpoint or "—"


@register.simple_tag
def type_name(name: str) -> str:
    """Write a connection type."""
    return str(TYPE_NAMES[name])


@register.simple_tag
def asks_for(partner: Partner) -> list[Words]:
    """Return a partner's profile of needs in words: what to share, what the data must have."""
    return [
        *(SHARE_NAMES[name] for name in partner.shares),
        *(NEED_NAMES[name] for name in partner.needs),
    ]


@register.simple_tag
def refresh_state(state: str) -> SafeString:
    """Write what became of a refresh."""
    tone, label = REFRESHES[state]
    return format_html('<span class="status {}">{}</span>', tone, label)


@register.simple_tag
def job_state(state: str) -> SafeString:
    """Write how a background job stands."""
    tone, label = JOB_STATES[state]
    return format_html('<span class="status {}">{}</span>', tone, label)


@register.simple_tag
def job_kind(kind: str) -> str:
    """Write what a background job does."""
    return str(JOBS.get(kind, kind))


@register.simple_tag
def finding_severity(severity: str) -> SafeString:
    """Write what became of what a finding is about."""
    tone, label = SEVERITIES[severity]
    return format_html('<span class="status {}">{}</span>', tone, label)


@register.simple_tag
def finding_column(name: str) -> str:
    """Write by what findings are narrowed."""
    return str(FINDING_COLUMNS[name])


@register.simple_tag
def finding_value(name: str, value: str) -> str:
    """Write a value by which findings are narrowed."""
    return str(SEVERITIES[value][1]) if name == "severity" else value


@register.simple_tag(takes_context=True)
def places(context: Context) -> list[dict[str, Any]]:
    """Return the side bar of the organization that the page is about."""
    request: HttpRequest = context["request"]
    match = request.resolver_match
    here = context.get("part") or (match.url_name or "" if match else "")
    slug = context["organization"].slug
    return [
        {
            "address": reverse(name, kwargs={"slug": slug}),
            "icon": symbol,
            "words": words,
            "current": "page" if here == name else "true" if below(here, name) else "",
        }
        for name, symbol, words in PLACES
        if getattr(request, "may_change", False) or name not in FOR_ADMINS
    ]


@register.simple_tag(takes_context=True)
def handbook(context: Context) -> tuple[str, str] | None:
    """Return address and title of the handbook's article about this page."""
    match = context["request"].resolver_match
    return articles.help_for(match.url_name or "") if match else None


def below(here: str, place: str) -> bool:
    own = place.removesuffix("s")
    return here == own or here.startswith((f"{own}_", *BELOW.get(place, ())))


@register.simple_tag(takes_context=True)
def connection_tabs(context: Context, connection: Connection) -> list[dict[str, Any]]:
    """Return the pages of a connection, side by side."""
    match = context["request"].resolver_match
    here = match.url_name if match else ""
    given = {"slug": context["organization"].slug, "pk": connection.pk}
    return [
        {
            "address": reverse(name, kwargs=given),
            "words": words,
            "current": "page" if here == name else "",
        }
        for name, words in TABS
    ]


@register.simple_tag(takes_context=True)
def served(context: Context) -> list[Any]:
    """Return the organizations that the account serves, by name."""
    user = getattr(context.get("request"), "user", None)
    if user is None or not user.is_authenticated:
        return []
    memberships = user.memberships.select_related("organization").order_by("organization__name")
    return [membership.organization for membership in memberships]


@register.simple_tag
def audit_words(entry: AuditEntry) -> str:
    """Write what somebody did, in words; an act without words as it is recorded."""
    return str(ACTIONS.get(entry.action, entry.action))


@register.simple_tag
def audit_object(entry: AuditEntry, name: str = "") -> SafeString | str:
    """Write what an act was about: its kind in words, and its name, or its id if it has none; a
    publication by its moment."""
    kind, known_as = entry.kind, entry.object_id
    words = KIND_TERMS[kind].singular if kind in KIND_TERMS else OBJECTS.get(kind, kind)
    if kind == "organization":  # It is the one whose log this is.
        return ""
    if kind == "publication" and known_as.isdecimal():
        return format_html("{} {}", words, when(moment_of(int(known_as))))
    return format_html('{} <span translate="no">{}</span>', words, name or known_as)


@register.simple_tag
def mark_source(mark: Any) -> str:
    """Write who set an exclude mark: a person by name, the bundle, or last year's mark."""
    given = mark if isinstance(mark, dict) else {"source": mark.source, "by": mark.by_name}
    if given["source"] == Mark.Source.BUNDLE:
        return _("set by the imported bundle")
    if given["source"] == Mark.Source.CARRIED:
        return _("carried over from an earlier mark")
    return _("set by %(who)s") % {"who": given["by"]}
