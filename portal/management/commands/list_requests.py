"""`list_requests`: what a connection's vendor asked for, what it got, and what failed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections.management.base import ConnectionCommand
from connections.models import Request
from connections.request_log import SEEN
from connections.syncs import last_syncs
from portal import activity
from roster.clock import stamp

SHOWN = 50


class Command(ConnectionCommand):
    help = "List what a connection's vendor asked for, the newest first; its last days and syncs."

    def arguments(self, parser: CommandParser) -> None:
        super().arguments(parser)
        parser.add_argument("--errors", action="store_true", help="only what was refused or failed")
        parser.add_argument(
            "--last", type=int, default=SHOWN, metavar="N", help=f"how many (default {SHOWN})"
        )

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.connection
        rows = connection.requests.order_by("-at", "-pk")
        if options["errors"]:
            rows = rows.filter(status__gte=SEEN)
        requests = [facts(each) for each in rows[: max(1, options["last"])]]
        result = {
            "id": connection.pk,
            "requests": requests,
            "days": [
                {
                    "day": each.day.isoformat(),
                    "requests": each.requests,
                    "errors": each.errors,
                    "records": each.records,
                }
                for each in activity.days_of(connection)
            ],
            "failures": [
                {"status": each.status, "number": each.number, "advice": str(each.advice)}
                for each in activity.failures_of(connection)
            ],
            **{
                f"last_{name}": at and stamp(at)
                for name, at in last_syncs(connection)._asdict().items()
            },
        }
        return result, "\n".join(map(line, requests)) or "The vendor hasn't asked for anything yet."


def facts(request: Request) -> dict[str, Any]:
    return {
        "at": stamp(request.at),
        "method": request.method,
        "endpoint": request.endpoint,
        "query": request.query,
        "status": request.status,
        "records": request.records,
        "bytes": request.size,
        "milliseconds": round(request.milliseconds),
        "reason": request.reason,
    }


def line(of: dict[str, Any]) -> str:
    asked = "?".join(filter(None, [of["endpoint"], of["query"]]))
    records = "" if of["records"] is None else f", {of['records']} records"
    return f"{of['at']} {of['status']} {of['method']} {asked}{records} {of['reason']}"
