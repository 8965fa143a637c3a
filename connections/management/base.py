"""What the commands about connections share: finding one, and what they say of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from connections.information import may_be_shared
from connections.models import Connection
from roster.management.base import OrganizationCommand
from roster.refusal import Refused


class ConnectionCommand(OrganizationCommand):
    """A command about one connection of one organization: subclasses write `run`."""

    connection: Connection

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "connection", metavar="CONNECTION", type=int, help="the id that create_connection gave"
        )

    def prepare(self, **options: Any) -> None:
        super().prepare(**options)
        connections = self.organization.connections.select_related("organization")  # type: ignore[attr-defined]
        found = connections.filter(pk=options["connection"]).first()
        if found is None:
            raise Refused(f"{self.organization.name} has no connection {options['connection']}.")
        self.connection = found


def base_url() -> str:
    """Return what the addresses that a command prints begin with: there is no host asked."""
    return settings.PUBLIC_URL or "http://127.0.0.1:8000"


def shareable_base() -> str:
    """Return the base URL that a new secret is shown with; Refused where TLS is missing."""
    base = base_url()
    if not may_be_shared(base):
        raise Refused(
            f"PUBLIC_URL is {base}, without TLS: a secret that travels there can be read on the"
            " way. Serve the portal under https, set PUBLIC_URL to that address, and run this"
            " again. Nothing was changed."
        )
    return base


def day(text: str) -> date:
    """Read a date of the command line, as in 2027-06-30."""
    return date.fromisoformat(text)


def content_of(path: Path) -> bytes:
    """Read a file of the command line, or refuse."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} can't be read: {error.strerror}.") from error


def described(connection: Connection) -> dict[str, Any]:
    """Return what commands print of a connection as JSON."""
    return {
        "id": connection.pk,
        "organization": connection.organization.slug,
        **({"test": True} if connection.organization.is_sandbox else {}),
        "vendor": connection.vendor,
        "oneroster": connection.oneroster,
        "types": ["roster", *connection.types],
        "status": connection.status,
        "active_on": _day(connection.active_on),
        "expires": _day(connection.expires),
        "agreement_ends": _day(connection.agreement_ends),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
