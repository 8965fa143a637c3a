"""Information to Share."""

from __future__ import annotations

from typing import Any

import pytest

from connections.information import information, may_be_shared
from connections.models import Connection
from connections.partners import create_partner
from connections.scopes import allowed
from roster.models import Organization
from tests.connections.conftest import connected

BASE = "https://roster.riverside.example"


def shared(connection: Connection, **more: Any) -> dict[str, Any]:
    return {
        "organization": "Riverside",
        "vendor": "Brightpath",
        "oneroster": connection.oneroster,
        "client_id": connection.client.client_id,
        "token_url": f"{BASE}/oauth2/token",
        "host": BASE,
        "scopes": allowed(connection),
        "documentation": f"{BASE}/docs/oneroster-{connection.oneroster}",
        "guidelines": f"{BASE}/docs/guidelines#oneroster-{connection.oneroster.replace('.', '')}",
        "contact": {"name": "Dana", "email": "dana@riverside.example"},
        **more,
    }


@pytest.mark.parametrize(
    ("terms", "addresses"),
    [
        ({}, {"base_url": f"{BASE}/ims/oneroster/rostering/v1p2"}),
        ({"oneroster": "1.1"}, {"base_url": f"{BASE}/ims/oneroster/v1p1"}),
        (
            {"types": ["grade_book"], "shares": ["resources"]},
            {
                "base_url": f"{BASE}/ims/oneroster/rostering/v1p2",
                "gradebook_url": f"{BASE}/ims/oneroster/gradebook/v1p2",
                "resources_url": f"{BASE}/ims/oneroster/resources/v1p2",
            },
        ),
        (
            {"oneroster": "1.1", "types": ["grade_book"]},
            {
                "base_url": f"{BASE}/ims/oneroster/v1p1",
                "gradebook_url": f"{BASE}/ims/oneroster/v1p1",
            },
        ),
    ],
)
def test_a_vendor_is_told_where_to_ask(
    terms: dict[str, Any], addresses: dict[str, str], riverside: Organization
) -> None:
    riverside.contact_name, riverside.contact_email = "Dana", "dana@riverside.example"
    partner = create_partner("Brightpath", ["1.1", "1.2"], ["grade_book"], by="operator")
    connection = connected(riverside, partner=partner, **terms).connection
    assert information(connection, f"{BASE}/") == shared(connection, **addresses)


@pytest.mark.parametrize(
    ("base", "safe"),
    [
        ("https://roster.riverside.example", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("http://roster.riverside.example", False),
        ("http://localhost.evil.example", False),
    ],
)
def test_credentials_go_over_tls_or_stay_here(base: str, safe: bool) -> None:
    assert may_be_shared(base) is safe
