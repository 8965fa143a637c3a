"""`explain`: whether a connection sees a record, and the chain of reasons if not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from connections.models import Connection
from connections.sights import explain_to
from roster.management.base import OrganizationCommand
from roster.refusal import Refused

TRUTHS = {
    "may_read": "It may read it as it is now since",
    "has_read": "It has read it as it is now, last at",
    "has_read_gone": "It was told that it is gone, last at",
}
"""What holds between vendor and record, in words that a moment completes."""


class Command(OrganizationCommand):
    help = "Say whether a connection sees a record, and if not, why."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("connection", metavar="CONNECTION", type=int, help="its id")
        parser.add_argument("kind", metavar="KIND", help="such as person, section, enrollment")
        parser.add_argument("id", metavar="ID", help="the record's id within its kind")

    def run(self, **options: Any) -> tuple[dict[str, Any], str]:
        connection = self.organization.connections.filter(pk=options["connection"]).first()
        if connection is None:
            raise Refused(f"{self.organization.name} has no connection {options['connection']}.")
        said = explain_to(connection, options["kind"], options["id"])
        return said, "\n".join(_words(said))


def _words(said: dict[str, Any]) -> Iterator[str]:
    name = f"{said['kind']} {said['id']}"
    if said["visible"]:
        yield f"{said['vendor']} sees {name}."
    else:
        yield f"{said['vendor']} does not see {name}:"
    yield from _chain(said["chain"])
    for cause in said["also"]:
        yield f"  And: {cause['reason']}"
    for branch in said["branches"]:
        yield "  Nor by this way:"
        yield from _chain(branch)
    yield from _published(said["visible"], said["published"])
    yield from _truths(said["truths"])
    if said["last_read"] and not (said["truths"]["has_read"] or said["truths"]["has_read_gone"]):
        yield f"  {said['vendor']} last read that list at {said['last_read']}."
    if said["refresh_held"]:
        yield f"  A refresh is held since {said['refresh_held']}: what it changes isn't shown."
    if said["status"] != Connection.Status.ACTIVE:
        yield f"  The connection is {said['status']}."


def _truths(truths: dict[str, str | None]) -> Iterator[str]:
    if truths["refused"]:
        yield f"  It is refused, with whatever was published for it: {truths['refused']}."
    for name, words in TRUTHS.items():
        if truths[name]:
            yield f"  {words} {truths[name]}."


def _chain(chain: list[dict[str, Any]]) -> Iterator[str]:
    for step in chain:
        yield f"  {step['kind']} {step['id']}: {step['reason']}"
        for mark in step.get("marks", ()):
            yield f"    by {mark['by']}, {mark['at']}: {mark['reason']}"


def _published(visible: bool, published: dict[str, Any] | None) -> Iterator[str]:
    live = published is not None and published["status"] == "active"
    if visible and not live:
        yield "  It shows after the next refresh."
    elif live and not visible:
        yield "  It is still in the current publication, until the next refresh."
    elif published and not live:
        yield f"  It was shared; it is sent as removed since {published['last']}."
