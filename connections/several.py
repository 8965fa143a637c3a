"""Pausing and resuming several connections at once: before the summer, and after it.

Each is an act of its own, with its audit entry: one that is refused stays as it is, and the
others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from connections import lifecycle
from connections.models import Connection
from roster import audit
from roster.refusal import Refused

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
) -> Done:
    """Pause those that are active; on the day `until` they resume by themselves."""
    return _each("pause", connections, lifecycle.pause, by=by, until=until, reason=reason)


def resume_several(connections: Iterable[Connection], *, by: audit.Actor, reason: str = "") -> Done:
    """Resume those that are paused."""
    return _each("resume", connections, lifecycle.resume, by=by, reason=reason)


VERBS: dict[str, Callable[..., Done]] = {"pause": pause_several, "resume": resume_several}
"""What can be done to several at once."""


def _each(
    act: str, connections: Iterable[Connection], verb: Callable[..., None], **given: Any
) -> Done:
    fit, left = fitting(act, connections)
    done = Done([], left, [])
    for connection in fit:
        try:
            verb(connection, **given)
        except Refused as refused:
            done.refused.append((connection, str(refused)))
        else:
            done.changed.append(connection)
    return done
