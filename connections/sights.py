"""“Why is Ann not in the reading app?”, to the end of the chain: what this vendor reads, and did.

The reasons are those of deciding (`roster/explaining/`); here come the connection's own: its
status, the publication it reads, and when it last read the list that the record stands in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import OuterRef, Subquery

from connections import standing, sync_history
from connections.models import Connection, Request
from connections.models.connection import ConnectionQuerySet
from roster.clock import moment_of, stamp
from roster.explaining import Entry, entries, explain_each
from roster.kinds import KINDS
from roster.models import AuditEntry, Organization, Status
from roster.publishing import held_refresh
from roster.refusal import Refused


class Truths(NamedTuple):
    """What holds between a vendor and a record; each is its own fact, with its own date.

    `may_read`: since when the vendor may read the record as it is now, which is never before the
    connection began; `has_read`: when it last read the list with the record as it is now;
    `has_read_gone`: when it first could learn that the record is gone, and read that list since;
    `refused`: in which status the vendor is refused today, whatever was published for it.
    """

    may_read: datetime | None = None
    has_read: datetime | None = None
    has_read_gone: datetime | None = None
    refused: str = ""


def truths(connection: Connection, entry: Entry | None, last_read: datetime | None) -> Truths:
    """Return what holds of a record, by its entry in the publication and the request log."""
    zone = connection.organization.time_zone
    today = standing.standing(connection.status, connection.last_day, zone)
    refused = today if today in standing.REFUSALS else ""
    if entry is None:
        return Truths(refused=refused)
    since = max(moment_of(entry.stamp), connection.created)
    read = last_read if last_read is not None and last_read >= since else None
    if entry.status != Status.ACTIVE:
        return Truths(has_read_gone=read, refused=refused)
    return Truths(None if refused else since, read, None, refused)


def explain_to(connection: Connection, kind: str, sourced_id: str) -> dict[str, Any]:
    """Return `roster.explaining.explain`'s answer for what the connection reads, and beside it
    `connection`, `vendor`, `status`, `last_read` (when it last read that collection, if ever),
    `refresh_held` (since when one is, with what imports have changed) and `truths`: the fields of
    `Truths`, each None or blank where it doesn't hold.

    A step at a person who is kept out tells by whom, when and why, as marks do. Refused for an
    unknown kind or id, and for a connection that reads nothing any more.
    """
    if connection.feed is None:
        raise Refused(f"{connection.vendor} reads nothing: the connection is closed.")
    collection = KINDS[kind].collection if kind in KINDS else None
    last = sync_history.last_read(connection, collection) if collection else None
    return explain_to_each(connection.organization, [(connection, last)], kind, sourced_id)[0]


def explain_to_each(
    organization: Organization,
    readers: Iterable[tuple[Connection, datetime | None]],
    kind: str,
    sourced_id: str,
) -> list[dict[str, Any]]:
    """Return the same for several, each with when it last read the list, in a few queries for all.

    Connections that are closed have no answer.
    """
    reading = [(each, each.feed, last) for each, last in readers if each.feed]
    answers = explain_each(organization, [feed for _, feed, _ in reading], kind, sourced_id)
    held = held_refresh(organization)
    outs = [[*_kept_out_steps(said)] for said in answers]
    asked = [str(each.pk) for (each, _, _), steps in zip(reading, outs, strict=True) if steps]
    histories = _histories(organization, asked)
    found = []
    for (connection, _, last), said, steps in zip(reading, answers, outs, strict=True):
        for step in steps:
            step["marks"] = _kept_out_by(connection, step["id"], histories[str(connection.pk)])
        published = said["published"]
        entry = Entry(published["status"], millis(published["last"])) if published else None
        found.append(
            said
            | {
                "connection": connection.pk,
                "vendor": connection.vendor,
                "status": connection.status,
                "last_read": stamp(last) if last else None,
                "refresh_held": stamp(held.began) if held else None,
                "truths": {
                    name: stamp(value) if isinstance(value, datetime) else value
                    for name, value in truths(connection, entry, last)._asdict().items()
                },
            }
        )
    return found


def _kept_out_steps(said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for chain in (said["chain"], *said["branches"]):
        yield from (step for step in chain if step["code"] == "kept_out")


def _histories(organization: Organization, connections: list[str]) -> dict[str, list[AuditEntry]]:
    """Return the audit entries that may say who kept whom out, of these connections, last first."""
    found: dict[str, list[AuditEntry]] = defaultdict(list)
    if connections:
        for entry in organization.audit.filter(
            kind="connection",
            object_id__in=connections,
            action__in=("sharing.changed", "connection.created"),
        ):
            found[entry.object_id].append(entry)
    return found


def _kept_out_by(
    connection: Connection, person: str, history: Iterable[AuditEntry]
) -> list[dict[str, Any]]:
    """Return who keeps a person out of the connection, since when and why; as one mark."""
    if person not in connection.kept_out:
        return []
    mark = {"source": "person", "reason": connection.kept_out[person], "by": "", "at": None}
    for entry in history:
        if person not in _kept_out(entry.new):
            break
        mark |= {"by": entry.by_name, "at": stamp(entry.at)}
    return [mark]


def _kept_out(said: dict[str, Any] | None) -> dict[str, str]:
    """Return who is kept out by what an audit entry holds: of a connection, or of its sharing."""
    known = said or {}
    found: dict[str, str] = known.get("kept_out", known.get("keptOut", {}))
    return found


def millis(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@dataclass(frozen=True)
class Sight:
    """How one connection has a record in what is published for it: `live`, `removed` or `none`.

    `truths` is what holds between vendor and record; `last_read` is when the vendor last got the
    list in which the record stands.
    """

    connection: Connection
    state: str
    truths: Truths
    last_read: datetime | None = None


def sights(connections: ConnectionQuerySet, collection: str, sourced_id: str) -> list[Sight]:
    """Return how each connection has a record, from what it reads now, in a few queries for all.

    The reasons where it hasn't are `explain_to`'s.
    """
    reads = Request.objects.filter(
        connection=OuterRef("pk"),
        endpoint__in=sync_history.lists_of(collection),
        status=200,
    )
    read = list(
        connections.annotate(last_read=Subquery(reads.order_by("-at").values("at")[:1]))
        .select_related("feed__publication")
        .by_name()
    )
    heads = {each.pk: each.feed.publication_id for each in read if each.feed}
    found = entries([head for head in heads.values() if head], collection, sourced_id)
    return [_sight(each, found.get(heads.get(each.pk) or 0)) for each in read]


def _sight(connection: Any, entry: Entry | None) -> Sight:
    state = "none"
    if entry is not None:
        state = "live" if entry.status == Status.ACTIVE else "removed"
    held = truths(connection, entry, connection.last_read)
    return Sight(connection, state, held, connection.last_read)
