"""Information to Share: what a vendor needs to know, and what an admin copies to it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from connections import scopes
from connections.models import Connection

TOKEN_PATH = "/oauth2/token"  # noqa: S105

PATHS: dict[str, dict[str, str]] = {
    "1.1": {
        "rostering": "/ims/oneroster/v1p1",
        "gradebook": "/ims/oneroster/v1p1",
        "resources": "/ims/oneroster/v1p1",
    },
    "1.2": {
        "rostering": "/ims/oneroster/rostering/v1p2",
        "gradebook": "/ims/oneroster/gradebook/v1p2",
        "resources": "/ims/oneroster/resources/v1p2",
    },
}
"""Where the services of each version live (1.2: OpenAPI files, `basePath`)."""

LOCAL = ("127.0.0.1", "localhost", "::1")


def information(connection: Connection, base: str) -> dict[str, Any]:
    """Return the panel's fields, secret apart; `base` is scheme and host, as vendors reach it.

    `{"client_id", "token_url", "base_url", "host", "gradebook_url"?, "resources_url"?,
    "scopes": [...], "documentation", "guidelines", "oneroster", "organization", "vendor",
    "contact": {"name", "email"}, "networks"?: those from which it may ask, "test"?: its people
    are made up}`; URLs without a slash at the end, `host` without path.
    """
    base = base.rstrip("/")
    paths = PATHS[connection.oneroster]
    organization = connection.organization
    panel: dict[str, Any] = {
        "organization": organization.name,
        **({"test": True} if organization.is_sandbox else {}),
        "vendor": connection.vendor,
        "oneroster": connection.oneroster,
        "client_id": connection.client.client_id,
        "token_url": base + TOKEN_PATH,
        "base_url": base + paths["rostering"],
        "host": base,
    }
    if {"grade_book", "assessment"} & set(connection.types):
        panel["gradebook_url"] = base + paths["gradebook"]
    if "resources" in connection.shares:
        panel["resources_url"] = base + paths["resources"]
    if connection.networks:
        panel["networks"] = connection.networks
    return {
        **panel,
        "scopes": scopes.allowed(connection),
        "documentation": f"{base}/docs/oneroster-{connection.oneroster}",
        "guidelines": guidelines(base, connection.oneroster),
        "contact": {"name": organization.contact_name, "email": organization.contact_email},
    }


def guidelines(base: str, version: str) -> str:
    """Return where our guidelines for consumers of a version are."""
    return f"{base}/docs/guidelines#oneroster-{version.replace('.', '')}"


def may_be_shared(base: str) -> bool:
    """Return whether credentials are safe on the way to that address: TLS, or this machine."""
    url = urlsplit(base)
    return url.scheme == "https" or url.hostname in LOCAL
