"""What a load balancer asks: is the process alive, can it do its work, and what is away."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import metrics
from portal.alerting import pulses
from portal.celery import app
from portal.models import Pulse
from roster.clock import clock

log = logging.getLogger(__name__)

UNREACHABLE = "unreachable"


class Asked:
    """Middleware: answers monitors, who ask by any host, before anybody looks at it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        view = ANSWERS.get(request.path_info)
        return view(request) if view else self.get_response(request)


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process answers at all; it touches nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Answer `ok` or the reason for each part; 503 if the database is one that isn't `ok`.

    Without the others vendors read on: counting pauses, and jobs wait.
    """
    found = {"database": state_of_database()}
    if found["database"] == "ok":
        found |= {"broker": state_of_broker(), "cache": state_of_cache(), **states_of_processes()}
    return JsonResponse(found, status=200 if found["database"] == "ok" else 503)


def state_of_broker() -> str:
    """Return `ok` or `unreachable`."""
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
    except Exception:  # What a broker raises depends on its kind.
        return UNREACHABLE
    return "ok"


def state_of_cache() -> str:
    """Return `ok` or `unreachable`."""
    try:
        cache.set("health", 1, 10)
        return "ok" if cache.get("health") == 1 else UNREACHABLE
    except Exception:  # As above.
        return UNREACHABLE


def states_of_processes() -> dict[str, str]:
    """Return of worker and beat `ok`, or `silent` where it hasn't been heard of for minutes."""
    known = dict(Pulse.objects.values_list("name", "at"))
    since = clock() - pulses.SILENCE
    return {
        name: "ok" if name in known and known[name] >= since else "silent" for name in pulses.NAMES
    }


def state_of_database() -> str:
    """Return `ok`, `unreachable`, or `lacks migrations`."""
    try:
        missing = missing_migrations()
    except DatabaseError:
        log.exception("The database doesn't answer.")
        return UNREACHABLE
    return "lacks migrations" if missing else "ok"


def missing_migrations() -> int:
    """Return how many migrations of this version the database lacks; it is asked anew each time.

    Raises DatabaseError where there is no database.
    """
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


# No routes: they are answered before the host is looked at.
ANSWERS = {"/healthz": live, "/readyz": ready, "/metrics": metrics.show}
