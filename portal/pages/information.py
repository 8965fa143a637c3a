"""Information to Share: what an administrator copies to the vendor."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from connections import credentials, hand_over
from connections.information import information, may_be_shared
from connections.models import Connection
from portal.access import AtDesk, connection_of, page
from portal.pages import once
from roster.api.addresses import origin_of


@page()
@sensitive_variables("secret", "lines")
def show(request: AtDesk, pk: int) -> HttpResponse:
    """The panel; a secret that was just made is shown this one time, to the one who made it."""
    connection = connection_of(request.organization, pk)
    base = origin_of(request)
    context: dict[str, Any] = {
        "organization": request.organization,
        "may_change": request.may_change,
        "connection": connection,
        "base": base,
        "closed": connection.status == Connection.Status.CLOSED,
    }
    if may_be_shared(base) and not context["closed"]:
        # HEAD has no page on which the secret could be seen.
        secret = once.take(request.session, connection) if request.method == "GET" else None
        lines = lines_of(information(connection, base), secret if request.may_change else None)
        context |= {
            "lines": lines,
            "secret": secret,
            "secrets": credentials.live(connection),
            "message": message_of(lines),
            **handed_over(request, connection),
        }
    return TemplateResponse(request, "connections/information.html", context)


@sensitive_variables("address")
def handed_over(request: AtDesk, connection: Connection) -> dict[str, Any]:
    """Return how the newest hand-over link is, and its address where it was made just now."""
    if not request.may_change:
        return {}
    name = once.link_of(connection)
    address = once.take(request.session, name) if request.method == "GET" else None
    link = hand_over.last_of(connection)
    return {
        "address": address,
        "link": link,
        "link_state": hand_over.state_of(link) if link else "",
    }


def lines_of(known: dict[str, Any], secret: str | None) -> list[dict[str, Any]]:
    """Return the panel's lines from top to bottom: `{"key", "label", "also", "value", "list"}`.

    `value` is what is copied; `list` is how it is shown where it has several parts.
    """
    contact = known["contact"]
    lines = [
        ("test", _("Test"), "", _("The people are made up.") if "test" in known else ""),
        ("client_id", _("Client ID"), _("also: API key, Consumer Key"), known["client_id"]),
        ("client_secret", _("Client Secret"), _("also: Consumer Secret"), secret),
        ("token_url", _("Token URL"), "", known["token_url"]),
        ("base_url", _("Base URL"), _("also: Source URL"), known["base_url"]),
        ("host", _("Host"), _("the Base URL without its path"), known["host"]),
        ("gradebook_url", _("Gradebook URL"), "", known.get("gradebook_url")),
        ("resources_url", _("Resources URL"), "", known.get("resources_url")),
        ("scopes", _("Scopes"), _("separated by spaces"), " ".join(known["scopes"])),
        (
            "networks",
            _("Ask from these addresses"),
            _("all others are refused"),
            ", ".join(known.get("networks", ())),
        ),
        ("oneroster", _("OneRoster version"), "", known["oneroster"]),
        ("documentation", _("Troubleshooting Documentation"), "", known["documentation"]),
        ("guidelines", _("Consumer guidelines"), "", known["guidelines"]),
        (
            "contact",
            _("Contact at the district"),
            "",
            ", ".join(part for part in (contact["name"], contact["email"]) if part),
        ),
    ]
    return [
        {
            "key": key,
            "label": label,
            "also": also,
            "value": value,
            "list": known["scopes"] if key == "scopes" else [],
        }
        for key, label, also, value in lines
        if value or key == "client_secret"
    ]


def message_of(lines: list[dict[str, Any]]) -> str:
    """Return the lines as one text, without the secret, which must not travel beside its ID."""
    return "\n".join(
        f"{line['label']}: {line['value']}"
        for line in lines
        if line["value"] and line["key"] != "client_secret"
    )
