"""What Prometheus collects at /metrics: counted by the database, so any process answers for all.

Connections stand there by number, organizations by slug; no vendor's and nobody's name does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Max, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from connections.models import STEPS, Tally
from portal.installation import queue, workers
from roster.clock import clock
from roster.models import Import, Refresh

FORMAT = "text/plain; version=0.0.4; charset=utf-8"

Labels = dict[str, object]


class Metric(NamedTuple):
    """A family of Prometheus's: name, type, what it means; suffix, labels and value of each."""

    name: str
    kind: str
    means: str
    samples: list[tuple[str, Labels, float]]


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Answer who knows METRICS_TOKEN; without that setting there is nothing here."""
    if not settings.METRICS_TOKEN:
        return plain("METRICS_TOKEN isn't set.\n", 404)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(token, settings.METRICS_TOKEN):
        answer = plain("Send METRICS_TOKEN as a bearer token.\n", 401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    try:
        return HttpResponse("".join(written(metrics())), content_type=FORMAT)
    except DatabaseError:
        return plain("The database doesn't answer.\n", 503)


def plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")


def metrics() -> Iterator[Metric]:
    """Return what there is to know of the installation, as it stands."""
    yield from requests()
    now = clock()

    def ages(finished: Iterable[tuple[Labels, datetime]]) -> list[tuple[str, Labels, float]]:
        return [("", labels, (now - at).total_seconds()) for labels, at in finished]

    shown = Refresh.objects.filter(state=Refresh.State.PUBLISHED, finished__isnull=False)
    last = shown.order_by("organization__slug").values_list("organization__slug")
    yield Metric(
        "rosterdesk_publication_age_seconds", "gauge", "Since the last refresh that was shown.",
        ages(({"organization": slug}, at) for slug, at in last.annotate(Max("finished"))),
    )  # fmt: skip
    results = list(
        Import.objects.values_list("organization__slug", "state")
        .annotate(Count("pk"), Max("began"))
        .order_by("organization__slug", "state")
    )
    labelled = [({"organization": slug, "state": state}, *rest) for slug, state, *rest in results]
    yield Metric(
        "rosterdesk_imports", "gauge", "Imports in the history, by what became of them.",
        [("", labels, count) for labels, count, _ in labelled],
    )  # fmt: skip
    yield Metric(
        "rosterdesk_import_age_seconds", "gauge", "Since the last import of that result began.",
        ages((labels, at) for labels, _, at in labelled),
    )  # fmt: skip
    jobs = queue()
    yield Metric(
        "rosterdesk_jobs", "gauge", "Background jobs: due, at work, failed within a day.",
        [("", {"state": name}, getattr(jobs, name)) for name in ("waiting", "running", "failed")],
    )  # fmt: skip
    yield Metric(
        "rosterdesk_job_waits_seconds", "gauge", "How long the oldest due job has been waiting.",
        ages([({}, jobs.oldest or now)]),
    )  # fmt: skip
    yield Metric(
        "rosterdesk_process_silent_seconds", "gauge", "Since worker and beat were heard of.",
        ages(({"process": each.name}, each.heard) for each in workers() if each.heard),
    )  # fmt: skip


def requests() -> Iterator[Metric]:
    """Return how often connections were answered, by status, and how quickly."""
    known = ("connection__organization__slug", "connection_id")
    by_status = Tally.objects.order_by(*known, "status").values_list(*known, "status", "requests")
    yield Metric(
        "rosterdesk_requests_total", "counter", "Requests of vendors, by connection and status.",
        [
            ("", {"organization": slug, "connection": pk, "status": status}, count)
            for slug, pk, status, count in by_status
        ],
    )  # fmt: skip
    steps = [f"within_{step}" for step in STEPS]
    sums = [Sum(name) for name in (*steps, "requests", "milliseconds")]
    samples: list[tuple[str, Labels, float]] = []
    for slug, pk, *within, count, milliseconds in (
        Tally.objects.values_list(*known).annotate(*sums).order_by(*known)
    ):
        labels: Labels = {"organization": slug, "connection": pk}
        for step, number in zip((*STEPS, None), (*within, count), strict=True):
            limit = step / 1000 if step else "+Inf"
            samples.append(("_bucket", labels | {"le": limit}, number))
        samples += [("_sum", labels, milliseconds / 1000), ("_count", labels, count)]
    yield Metric(
        "rosterdesk_request_seconds", "histogram", "Time to answer vendors' requests.", samples
    )


def written(families: Iterable[Metric]) -> Iterator[str]:
    """Write metrics in Prometheus's text format; labels are ours: slugs, numbers and words."""
    for name, kind, means, samples in families:
        yield f"# HELP {name} {means}\n# TYPE {name} {kind}\n"
        for suffix, labels, value in samples:
            told = ",".join(f'{key}="{each}"' for key, each in labels.items())
            yield f"{name}{suffix}{f'{{{told}}}' if told else ''} {value:.15g}\n"
