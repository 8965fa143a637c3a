"""What needs a person now: a table of questions, each of which finds what is true at the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from connections import acting
from connections.calendar import upcoming
from connections.models import Connection
from portal.alerting.pulses import silent
from portal.retelling import retold
from portal.words import DATES, true_of
from roster import jobs, publishing
from roster.clock import clock
from roster.fetching import silent_since
from roster.importing import held_import
from roster.models import Job, Organization
from roster.rollover import has_data


class Condition(NamedTuple):
    """One thing that needs a person: `key` names it, `page` is where to look (an address's name).

    What it says has no names of people in it: it goes out by e-mail.
    """

    key: str
    subject: str
    words: str
    page: str
    argument: int | None = None
    at_home: bool = True
    """Whether the home page tells it among what needs a person; dates stand there elsewhere."""


def conditions(organization: Organization) -> list[Condition]:
    """Return what needs a person in an organization; nothing when all is well."""
    return [found for ask in QUESTIONS for found in ask(organization)]


def of_installation() -> list[Condition]:
    """Return what needs the operator."""
    return [
        Condition(f"{name}-silent:{since:%Y-%m-%dT%H:%M:%S}", str(subject), str(words), "jobs")
        for name, since in silent(clock())
        for subject, words in [SILENT[name]]
    ]


FIRST = 2
"""How many reasons for a hold are told beside its page."""

SILENT = {
    "worker": (
        _l("No background worker is heard of"),
        _l("Nothing is imported or refreshed until one runs again: manage.py serve, or celery -A"
          " portal worker."),
    ),
    "beat": (
        _l("The schedule isn't heard of"),
        _l("Nothing begins by itself until it runs again: manage.py serve, or celery -A portal"
          " beat."),
    ),
}  # fmt: skip


def failed_refresh(organization: Organization) -> Iterator[Condition]:
    job = _failure(organization, "refresh")
    if job:
        yield Condition(
            f"job:{job.pk}:{job.finished}",
            _("A refresh of the OneRoster cache failed"),
            _("Vendors go on reading what was published before. %(why)s")
            % {"why": retold(job.reason)},
            "cache",
        )


def failed_import(organization: Organization) -> Iterator[Condition]:
    job = _failure(organization, "import", "approve")
    if job:
        yield Condition(
            f"job:{job.pk}:{job.finished}",
            _("An import failed"),
            _("Nothing of the bundle was applied. The reason is on the page of imports."),
            "imports",
        )


def _failure(organization: Organization, *kinds: str) -> Job | None:
    """Return the last job of these kinds that ended, if it failed."""
    ended = (Job.State.DONE, Job.State.FAILED)
    last = organization.jobs.filter(kind__in=kinds, state__in=ended, finished__isnull=False)
    job = last.order_by("-finished", "-pk").first()
    return job if job and job.state == Job.State.FAILED else None


def failed_fetch(organization: Organization) -> Iterator[Condition]:
    sources = organization.sources.filter(active=True)
    failed = jobs.failed_visits(sources)
    for each in sources.filter(pk__in=failed):
        yield Condition(
            f"fetch:{each.pk}:{each.looked}",
            _("A bundle couldn't be fetched"),
            _("The reason is on the page of its source. What vendors read stays as it is."),
            "import_sources",
        )


def failed_delivery(organization: Organization) -> Iterator[Condition]:
    places = organization.destinations.filter(active=True)
    failed = jobs.failed_visits(places)
    for each in places:
        if job := failed.get(each.pk):
            yield Condition(
                f"delivery:{each.pk}:{each.delivered}",
                _("Grades couldn't be delivered"),
                _("What vendors wrote waits, and goes with the next delivery. %(why)s")
                % {"why": each.problem or retold(job.reason)},
                "grade_deliveries",
            )


def act_undone(organization: Organization) -> Iterator[Condition]:
    for job in acting.undone(organization):
        yield Condition(
            f"act:{job.pk}:{job.state}",
            _("Something that was confirmed isn't done"),
            str(true_of(job)),
            "act",
            job.pk,
        )


def import_held(organization: Organization) -> Iterator[Condition]:
    held = held_import(organization)
    if held is None:
        return
    moved_on = any(each["code"] == "year" for each in held.holds)
    subject = _("Plan the year rollover?") if moved_on else _("An import waits for your decision")
    yield Condition(f"import:{held.pk}", subject, reasons(held.holds), "import", held.pk)


def reasons(holds: list[dict[str, str]]) -> str:
    """Return the first reasons for which something is held; its page has all of them."""
    reasons = [retold(each["reason"]) for each in holds[:FIRST]]
    if more := len(holds) - len(reasons):
        reasons.append(
            ngettext("And %(count)d more reason.", "And %(count)d more reasons.", more)
            % {"count": more}
        )
    return " ".join(reasons)


def refresh_held(organization: Organization) -> Iterator[Condition]:
    held = publishing.held_refresh(organization)
    if held:
        yield Condition(
            # The same data, refreshed again and held again, is told once.
            f"refresh-of-import:{held.of_import_id}",
            _("A refresh waits for your decision"),
            reasons(held.holds),
            "cache_held",
        )


def no_bundle(organization: Organization) -> Iterator[Condition]:
    since = silent_since(organization, clock())
    if since:
        yield Condition(
            f"silent:{organization.pk}:{since:%Y-%m-%dT%H:%M:%S}",
            _("No bundle for 36 hours"),
            _("What vendors read is stale, even where it is published every night. Look at the"
              " sources, and at the export of your student information system."),
            "imports",
        )  # fmt: skip


def unreadable(organization: Organization) -> Iterator[Condition]:
    """What nobody could take from is read by nobody: the connection is answered 503."""
    lost = Connection.objects.filter(organization=organization).open()
    for connection in lost.filter(feed__publication__listed=False).select_related("feed"):
        if connection.feed:
            yield Condition(
                f"unreadable:{connection.feed.publication_id}",
                _("Nothing can be read by %(vendor)s") % {"vendor": connection.vendor},
                _("What was withdrawn couldn't be taken from what it read, so it is answered 503"
                  " until the next refresh."),
                "connection",
                connection.pk,
            )  # fmt: skip


def rollover_waits(organization: Organization) -> Iterator[Condition]:
    for late in organization.rollovers.due(organization.today() - timedelta(days=1)):
        if has_data(organization, late.after):
            continue
        yield Condition(
            f"rollover-waits:{late.pk}:{late.day}",
            _("The year rollover waits"),
            _("Its day has come, and no classes of %(year)s are here. Vendors go on with %(now)s"
              " until a bundle brings them.") % {"year": late.after, "now": late.before},
            "rollover",
        )  # fmt: skip


def dates(organization: Organization) -> Iterator[Condition]:
    for date in upcoming(organization):
        if date.connection is None:
            yield Condition(
                f"rollover:{date.day}",
                _("The year rollover is on %(day)s") % {"day": date.day},
                _("Look at what it will do to each vendor, and write to them. Each connection's"
                  " page has the letter."),
                "rollover",
            )  # fmt: skip
            continue
        vendor = {"vendor": date.connection.vendor, "what": DATES[date.what][0], "day": date.day}
        yield Condition(
            f"date:{date.connection.pk}:{date.what}:{date.day}",
            _("%(vendor)s: %(what)s, %(day)s") % vendor,
            _("The connection's page says what to do, and has a letter to the vendor."),
            "connection",
            date.connection.pk,
            at_home=False,
        )


QUESTIONS: tuple[Callable[[Organization], Iterator[Condition]], ...] = (
    failed_refresh,
    failed_import,
    failed_fetch,
    failed_delivery,
    act_undone,
    refresh_held,
    import_held,
    no_bundle,
    unreadable,
    rollover_waits,
    dates,
)
