"""What a load balancer asks: is the process alive, and can it do its work."""

from __future__ import annotations

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = logging.getLogger(__name__)


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process answers at all; it touches nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 if the database answers and has this version's tables, else 503 and which."""
    found = state_of_database()
    return JsonResponse({"database": found}, status=200 if found == "ok" else 503)


def state_of_database() -> str:
    """Return `ok`, `unreachable`, or `lacks migrations`."""
    try:
        missing = missing_migrations()
    except DatabaseError:
        log.exception("The database doesn't answer.")
        return "unreachable"
    return "lacks migrations" if missing else "ok"


def missing_migrations() -> int:
    """Return how many migrations of this version the database lacks; it is asked anew each time.

    Raises DatabaseError where there is no database.
    """
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
