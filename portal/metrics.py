"""What Prometheus collects at /metrics: counted by the database, so any process answers for all.

Connections stand there by number, organizations by slug; no vendor's and nobody's name does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Max, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from connections.models import STEPS, Tally
from portal.installation import queue, workers
from roster.clock import clock
from roster.models import Import, Refresh

Metric = GaugeMetricFamily | CounterMetricFamily | HistogramMetricFamily

TOTALS = ("requests", "milliseconds")


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
        return HttpResponse(generate_latest(Installation()), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    except DatabaseError:
        return plain("The database doesn't answer.\n", 503)


def plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")


class Installation(Collector):
    """What there is to know of the installation, as it stands."""

    def collect(self) -> Iterator[Metric]:
        yield from requests()
        yield from refreshes()
        yield from imports()
        yield from work()


def requests() -> Iterator[Metric]:
    """Return how often connections were answered, by status, and how quickly."""
    known = ("connection__organization__slug", "connection_id")
    labels = ["organization", "connection"]
    counted = CounterMetricFamily(
        "rosterdesk_requests",
        "Requests of vendors, by connection and status.",
        labels=[*labels, "status"],
    )
    for *of, count in Tally.objects.order_by(*known, "status").values_list(
        *known, "status", "requests"
    ):
        counted.add_metric([*map(str, of)], count)
    yield counted
    timed = HistogramMetricFamily(
        "rosterdesk_request_seconds", "Time to answer vendors' requests.", labels=labels
    )
    sums = [Sum(name) for name in (*(f"within_{step}" for step in STEPS), *TOTALS)]
    for slug, pk, *within, count, milliseconds in (
        Tally.objects.values_list(*known).annotate(*sums).order_by(*known)
    ):
        steps = [floatToGoString(step / 1000) for step in STEPS]
        buckets = [*zip(steps, within, strict=True), ("+Inf", count)]
        timed.add_metric([slug, str(pk)], buckets, milliseconds / 1000)
    yield timed


def refreshes() -> Iterator[Metric]:
    """Return the age of what each organization shows."""
    shown = Refresh.objects.filter(state=Refresh.State.PUBLISHED, finished__isnull=False)
    last = shown.order_by("organization__slug").values_list("organization__slug")
    yield gauge(
        "publication_age_seconds",
        "Since the last refresh that was shown.",
        ["organization"],
        [(slug, age(at)) for slug, at in last.annotate(Max("finished"))],
    )


def imports() -> Iterator[Metric]:
    """Return what became of imports."""
    results = list(
        Import.objects.values_list("organization__slug", "state")
        .annotate(Count("pk"), Max("began"))
        .order_by("organization__slug", "state")
    )
    labels = ["organization", "state"]
    yield gauge(
        "imports",
        "Imports in the history, by what became of them.",
        labels,
        [(slug, state, count) for slug, state, count, _ in results],
    )
    yield gauge(
        "import_age_seconds",
        "Since the last import of that result began.",
        labels,
        [(slug, state, age(at)) for slug, state, _, at in results],
    )


def work() -> Iterator[Metric]:
    """Return what waits to be done, and whether those who do it are heard of."""
    jobs = queue()
    yield gauge(
        "jobs",
        "Background jobs: due, at work, failed within a day.",
        ["state"],
        [("waiting", jobs.waiting), ("running", jobs.running), ("failed", jobs.failed)],
    )
    yield gauge(
        "job_waits_seconds",
        "How long the oldest due job has been waiting.",
        [],
        [(age(jobs.oldest) if jobs.oldest else 0,)],
    )
    yield gauge(
        "process_silent_seconds",
        "Since worker and beat were heard of.",
        ["process"],
        [(each.name, age(each.heard)) for each in workers() if each.heard],
    )


def gauge(
    name: str, means: str, labels: list[str], samples: Iterable[tuple[Any, ...]]
) -> GaugeMetricFamily:
    """Return a gauge of samples, each its labels and, last, its value."""
    family = GaugeMetricFamily(f"rosterdesk_{name}", means, labels=labels)
    for *of, value in samples:
        family.add_metric(of, value)
    return family


def age(at: datetime) -> float:
    """Return the seconds since then."""
    return (clock() - at).total_seconds()
