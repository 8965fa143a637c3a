"""Pausing and resuming several connections at once: before the summer, and after it.

Each is an act of its own, with its audit entry: one that is refused stays as it is, and the
others go on. Resuming renders what has changed since the pause, vendor by vendor, so pages have a
job do it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from connections import lifecycle
from connections.models import Connection
from roster import audit, jobs
from roster.jobs.progress import Progress
from roster.models import Job, Organization
from roster.refusal import Refused

KIND = "several"

Status = Connection.Status

FROM: dict[str, Connection.Status] = {"pause": Status.ACTIVE, "resume": Status.PAUSED}
"""The status of those to whom each can be done."""


class Done(NamedTuple):
    """What became of each: changed, left as it is for its status, refused with the reason."""

    changed: list[Connection]
    left: list[Connection]
    refused: list[tuple[Connection, str]]


def fitting(
    act: str, connections: Iterable[Connection]
) -> tuple[list[Connection], list[Connection]]:
    """Return those that are in the status that the act begins from, and the others."""
    connections = list(connections)
    fit = [each for each in connections if each.status == FROM[act]]
    return fit, [each for each in connections if each not in fit]


def pause_several(
    connections: Iterable[Connection],
    *,
    by: audit.Actor,
    until: date | None = None,
    reason: str = "",
    progress: Progress | None = None,
) -> Done:
    """Pause those that are active; on the day `until` they resume by themselves."""
    given = {"by": by, "until": until, "reason": reason}
    return _each("pause", connections, lifecycle.pause, progress, **given)


def resume_several(
    connections: Iterable[Connection],
    *,
    by: audit.Actor,
    reason: str = "",
    progress: Progress | None = None,
) -> Done:
    """Resume those that are paused."""
    return _each("resume", connections, lifecycle.resume, progress, by=by, reason=reason)


VERBS: dict[str, Callable[..., Done]] = {"pause": pause_several, "resume": resume_several}
"""What can be done to several at once."""


def request(
    act: str,
    connections: Iterable[Connection],
    organization: Organization,
    *,
    by: audit.Actor,
    until: date | None = None,
    reason: str = "",
) -> Job:
    """Queue the act for these connections of an organization."""
    arguments = {
        "act": act,
        "connections": [each.pk for each in connections],
        "given": {"reason": reason, **({"until": until.isoformat()} if until else {})},
    }
    key = f"{KIND}:{organization.slug}:{secrets.token_hex(8)}"
    return jobs.enqueue(KIND, organization=organization, key=key, arguments=arguments, by=by)


def work(job: Job, progress: Progress) -> dict[str, Any]:
    """Do what was asked for to those that still fit: safe to begin again after a worker's death.

    The result is `{"refused": {number of the connection: reason}}`.
    """
    given = dict(job.arguments["given"])
    if "until" in given:
        given["until"] = date.fromisoformat(given["until"])
    done = VERBS[job.arguments["act"]](
        connections_of(job), by=job.by_name, progress=progress, **given
    )
    return {"refused": {str(each.pk): reason for each, reason in done.refused}}


def connections_of(job: Job) -> list[Connection]:
    """Return the connections that such a job is about."""
    of_organization = Connection.objects.filter(organization=job.organization_id)
    chosen = of_organization.filter(pk__in=job.arguments["connections"])
    return list(chosen.select_related("organization", "partner").by_name())


def _each(
    act: str,
    connections: Iterable[Connection],
    verb: Callable[..., None],
    progress: Progress | None,
    **given: Any,
) -> Done:
    fit, left = fitting(act, connections)
    done = Done([], left, [])
    for number, connection in enumerate(fit):
        if progress:
            progress(100 * number // len(fit), connection.title)
        try:
            verb(connection, **given)
        except Refused as refused:
            done.refused.append((connection, str(refused)))
        else:
            done.changed.append(connection)
    return done
