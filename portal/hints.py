"""What a connection's activity says of its vendor, in words, with what to tell the vendor."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from connections import hints
from connections.models import Connection
from portal.words import Words


class Advice(NamedTuple):
    """What was seen, and what to tell the vendor; `article` is its engineers' page about it."""

    code: str
    times: int
    title: Words
    seen: Words
    tell: Words
    article: str


class _About(NamedTuple):
    title: Words
    seen: Words
    tell: Words
    article: str


ABOUT: dict[str, _About] = {
    "first_page_only": _About(
        _("Reads first pages only"),
        _("Of %(lists)s it has read one full page, and never asked for the next."),
        _(
            "Your product stops after the first page. Follow the Link header until there is no"
            " next, or count offset up to X-Total-Count."
        ),
        "paging",
    ),
    "removed_unasked": _About(
        _("Never asks who is gone"),
        _("On several days it read %(lists)s, and no removed record was ever among them."),
        _(
            "Ask each list with a filter on dateLastModified, without status='active': records"
            " that are gone come with the status tobedeleted. Or delete, after each full sync,"
            " what it no longer holds."
        ),
        "sync",
    ),
    "whole_again": _About(
        _("Reads everything again and again"),
        ngettext_lazy(
            "In seven days it began %(count)d whole reading of %(lists)s.",
            "In seven days it began %(count)d whole readings of %(lists)s.",
            "count",
        ),
        _("Read everything once, and from then on only what changed since: dateLastModified>=."),
        "sync",
    ),
    "small_pages": _About(
        _("Reads in small pages"),
        ngettext_lazy(
            "%(count)d full page of fewer than a hundred records, of %(lists)s.",
            "%(count)d full pages of fewer than a hundred records, of %(lists)s.",
            "count",
        ),
        _("Ask with limit=1000 or more. Small pages take many times as long."),
        "paging",
    ),
    "token_each": _About(
        _("Takes a token for every request or two"),
        ngettext_lazy(
            "%(count)d token was taken while one less than ten minutes old was still good.",
            "%(count)d tokens were taken while one less than ten minutes old was still good.",
            "count",
        ),
        _("Keep an access token as long as its expires_in says, and use it for every request."),
        "guidelines",
    ),
    "other_version": _About(
        _("Speaks the other version"),
        ngettext_lazy(
            "%(count)d request with scopes or paths of another version than %(version)s.",
            "%(count)d requests with scopes or paths of another version than %(version)s.",
            "count",
        ),
        _(
            "This connection is for OneRoster %(version)s. Set your product to that version, with"
            " the Base URL that we gave you and its scopes, or none. If it only knows the other"
            " one, tell us: then we connect you by that."
        ),
        "troubleshooting",
    ),
    "demographics_refused": _About(
        _("Asks for demographics in vain"),
        ngettext_lazy(
            "%(count)d request for demographics was refused: they aren't shared with it.",
            "%(count)d requests for demographics were refused: they aren't shared with it.",
            "count",
        ),
        _("We don't share demographics with you. Switch that off, or tell us what they are for."),
        "visibility",
    ),
    "from_elsewhere": _About(
        _("Asks from another address"),
        ngettext_lazy(
            "%(count)d request came from an address that isn't admitted. If it wasn't the vendor,"
            " somebody else has its secret or token: make a new one.",
            "%(count)d requests came from addresses that aren't admitted. If it wasn't the vendor,"
            " somebody else has its secret or token: make a new one.",
            "count",
        ),
        _("We admit you from the addresses that you gave us. Tell us when they change."),
        "troubleshooting",
    ),
    "reads_early": _About(
        _("Reads before the refresh"),
        ngettext_lazy(
            "%(count)d reading of the last seven days began before the day's refresh at %(at)s,"
            " and got the data of the day before.",
            "%(count)d readings of the last seven days began before the day's refresh at %(at)s,"
            " and got the data of the day before.",
            "count",
        ),
        _("Our data is published at %(at)s (%(zone)s). Sync after that."),
        "guidelines",
    ),
}


def advice_for(connection: Connection) -> list[Advice]:
    """Return what the vendor should do otherwise, the gravest first; nothing if all is well."""
    organization = connection.organization
    facts = {
        "version": connection.oneroster,
        "at": f"{organization.refresh_at:%H:%M}",
        "zone": organization.time_zone,
    }
    return [
        Advice(
            hint.code,
            hint.times,
            about.title,
            about.seen % {**facts, "count": hint.times, "lists": ", ".join(hint.lists)},
            about.tell % facts,
            about.article,
        )
        for hint in hints.hints_for(connection)
        for about in [ABOUT[hint.code]]
    ]
