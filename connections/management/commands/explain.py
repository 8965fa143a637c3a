"""`explain`: whether a connection sees a record, and the chain of reasons if not."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from connections.models import Connection
from roster.explaining import explain
from roster.management.base import RosterCommand
from roster.refusal import Refused


class Command(RosterCommand):
    help = "Say whether a connection sees a record, and if not, why."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the organization")
        parser.add_argument("connection", metavar="CONNECTION", type=int, help="its id")
        parser.add_argument("kind", metavar="KIND", help="such as person, section, enrollment")
        parser.add_argument("id", metavar="ID", help="the record's id within its kind")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        organization = self.organization(options["slug"])
        connection = organization.connections.filter(pk=options["connection"]).first()
        if connection is None or connection.line is None:
            raise Refused(f"{organization.name} has no connection {options['connection']}.")
        told = explain(connection.line, options["kind"], options["id"])
        told |= {"connection": connection.pk, "status": connection.status}
        return told, _words(connection, told)


def _words(connection: Connection, told: dict[str, Any]) -> str:
    name = f"{told['kind']} {told['id']}"
    if told["visible"]:
        lines = [f"{connection.vendor} sees {name}."]
    else:
        lines = [f"{connection.vendor} does not see {name}:"]
    for step in told["chain"]:
        lines.append(f"  {step['kind']} {step['id']}: {step['reason']}")
        for mark in step.get("marks", ()):
            lines.append(f"    by {mark['by']}, {mark['at']}: {mark['reason']}")
    published = told["published"]
    if told["visible"] and (published is None or published["status"] != "active"):
        lines.append("  It shows after the next refresh.")
    elif not told["visible"] and published and published["status"] == "active":
        lines.append("  It is still in the current publication, until the next refresh.")
    elif published:
        lines.append(f"  As it is since {published['since']}.")
    if connection.status != Connection.Status.ACTIVE:
        lines.append(f"  The connection is {connection.status}.")
    return "\n".join(lines)
