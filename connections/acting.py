"""Acts that may take seconds: pages ask for them, a job does them.

Each holds whole or not at all, so until its job is done vendors read what they read before, and the
pages say so. They wait behind no other job: where no worker takes one within a second, the process
that was asked does it itself.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, transaction
from django.db.models import Q, QuerySet

from connections import lifecycle, sharing
from connections.changing import Overtaken, change_sharing
from connections.keeping_out import keep_out, let_in
from connections.models import Connection
from roster import audit, excluding, jobs
from roster.clock import clock
from roster.jobs.attempts import organization_of
from roster.jobs.progress import Progress
from roster.jobs.queue import OPEN
from roster.models import Job, Organization
from roster.refusal import Refused

log = logging.getLogger(__name__)

KIND = "act"
EXCLUDE, SHARE = "exclude", "sharing"
SOON = 1.0  # Seconds that a worker has to take an act.
LATE, LATELY = timedelta(minutes=1), timedelta(days=7)
"""How long an act may take before somebody should look, and how long one that failed is told."""

OF_CONNECTIONS: dict[str, Callable[..., Any]] = {
    "enable": lifecycle.activate,
    "lift": lifecycle.activate,
    "resume": lifecycle.resume,
    "keep_out": keep_out,
    "let_in": let_in,
}
"""What is done to one connection, besides changing its sharing."""

SEEN: dict[str, Callable[[Connection, dict[str, Any]], Any]] = {
    SHARE: lambda connection, given: sharing.described(connection),
    "let_in": lambda connection, given: connection.kept_out.get(given["person"]),
    **dict.fromkeys(("enable", "lift", "resume"), lambda connection, given: connection.status),
}
"""What an act that gives a vendor more was decided on: somebody may take it back meanwhile."""


def request(
    organization: Organization,
    act: str,
    *,
    by: audit.Actor,
    connection: Connection | None = None,
    **given: Any,
) -> Job:
    """Queue an act; `given` is what its verb is given, `connection` as the person saw it.

    Refused for a closed connection.
    """
    if connection is not None and connection.status == Connection.Status.CLOSED:
        raise Refused("This connection is closed for good. Make a new one.")
    seen = SEEN[act](connection, given) if connection and act in SEEN else None
    arguments = {
        "act": act,
        "connection": connection and connection.pk,
        "given": _plain(given),
        "seen": _plain(seen),
        "by": None if isinstance(by, str) else by.pk,
    }
    key = f"{KIND}:{organization.slug}:{secrets.token_hex(8)}"
    job = jobs.enqueue(KIND, organization=organization, key=key, arguments=arguments, by=by)
    see_to(job)
    return job


def see_to(job: Job) -> None:
    """Have the act done by this process if no worker has taken it soon."""
    timer = threading.Timer(SOON, _do, (job.pk,))
    timer.daemon = True
    transaction.on_commit(timer.start)


def work(job: Job, progress: Progress) -> dict[str, Any]:
    """Do what was asked for; safe to begin again after a worker's death."""
    act, given = job.arguments["act"], dict(job.arguments["given"])
    by = get_user_model().objects.filter(pk=job.arguments["by"]).first() or job.by_name
    if act == EXCLUDE:

        def note(ready: int, vendors: int) -> None:
            progress(100 * ready // max(vendors, 1), f"Ready for {ready} of {vendors} vendors")

        done = excluding.exclude(organization_of(job), **given, by=by, progress=note)
        return {"changed": len(done.changed)}
    connection = Connection.objects.select_related("organization").get(
        pk=job.arguments["connection"]
    )
    if act in SEEN and _plain(SEEN[act](connection, given)) != job.arguments["seen"]:
        raise Overtaken
    if act == SHARE:
        saved = change_sharing(connection, **given, by=by)
        return {"changed": saved["changed"], "published": saved["published"]}
    OF_CONNECTIONS[act](connection, **given, by=by)
    return {}


def open_acts(organization: Organization) -> list[Job]:
    """Return the acts that aren't done yet."""
    return list(_acts(organization).filter(state__in=OPEN).order_by("pk"))


def undone(organization: Organization) -> list[Job]:
    """Return the acts that somebody should look at: late ones, and those that failed lately and
    that nobody has asked for again."""
    lately = Q(state=Job.State.FAILED, finished__gt=clock() - LATELY)
    found = list(_acts(organization).filter(lately | Q(state__in=OPEN)).order_by("pk"))
    since = list(_acts(organization).filter(pk__gt=found[0].pk)) if found else []
    again = {_about(each): each.pk for each in sorted(since, key=lambda job: job.pk)}
    return [
        each
        for each in found
        if is_late(each) or (each.finished and again.get(_about(each), 0) <= each.pk)
    ]


def is_late(job: Job) -> bool:
    return job.state in OPEN and clock() - job.created > LATE


def is_about(job: Job, kind: str, sourced_id: str) -> bool:
    """Whether an act excludes that record, or keeps that person out or lets them in."""
    given = job.arguments["given"]
    if job.arguments["act"] == EXCLUDE:
        return bool(given["kind"] == kind and sourced_id in given["ids"])
    return kind == "person" and given.get("person") == sourced_id


def _acts(organization: Organization) -> QuerySet[Job]:
    return Job.objects.filter(organization=organization, kind=KIND)


def _about(job: Job) -> str:
    given = {**job.arguments["given"], "reason": ""}
    return json.dumps([job.arguments["act"], job.arguments["connection"], given], sort_keys=True)


def _do(job: int) -> None:
    try:
        jobs.work(job, f"web {os.getpid()}")
    except Exception:  # A worker takes it up: the row is there.
        log.exception("An act wasn't done here.", extra={"job": job})
    finally:
        connections.close_all()


def _plain(given: Any) -> Any:
    return json.loads(json.dumps(given, cls=DjangoJSONEncoder))
