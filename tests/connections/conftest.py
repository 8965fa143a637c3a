"""The keys' cast: Riverside and Lakeside, two districts, and Brightpath, connected to the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.test import Client as Browser

from connections import lifecycle
from connections.models import Connection
from roster.models import Feed, Org, Organization, Publication
from roster.organizations import create_organization
from tests.cast import free_name

DANA = "dana@riverside.example"


@dataclass
class Vendor:
    """A vendor with its connection, its secret, and the way it asks for tokens."""

    connection: Connection
    secret: str

    @property
    def id(self) -> str:
        return self.connection.client.client_id

    def form(self, **more: str) -> dict[str, str]:
        return {
            "grant_type": "client_credentials",
            "client_id": self.id,
            "client_secret": self.secret,
            **more,
        }

    def ask(self, **more: str) -> Any:
        """Ask for a token as most do: credentials in the body."""
        return Browser().post("/oauth2/token", self.form(**more))

    def token(self, **more: str) -> str:
        return str(self.ask(**more).json()["access_token"])

    def move(self, **fields: Any) -> None:
        """Change the connection's row, whatever its rules."""
        Connection.objects.filter(pk=self.connection.pk).update(**fields)
        self.connection.refresh_from_db()


def connected(organization: Organization, **terms: Any) -> Vendor:
    terms = {
        "vendor": free_name(organization),
        "oneroster": "1.2",
        "acknowledge_unsupported": True,
        "all_schools": not terms.get("schools"),
        "by": DANA,
        **terms,
    }
    return Vendor(*lifecycle.connect(organization, **terms))


def publish(vendor: Vendor, number: int = 7) -> Publication:
    """Have something published for the vendor, under this number."""
    feed = Feed.objects.get(connection=vendor.connection)
    made = Publication.objects.create(
        feed=feed, number=number, day=date(2027, 3, 1), rules=feed.rules
    )
    Feed.objects.filter(pk=feed.pk).update(publication=made)
    Organization.objects.filter(pk=feed.organization_id).update(last_number=number)
    return made


@pytest.fixture
def riverside(db: None) -> Organization:
    return with_two_schools()


def with_two_schools() -> Organization:
    organization = create_organization("riverside", "Riverside", "America/Chicago", by="operator")
    for sourced_id in ("north", "south"):
        Org.objects.create(
            organization=organization, sourced_id=sourced_id, name=sourced_id, type="school"
        )
    return organization


@pytest.fixture
def lakeside(db: None) -> Organization:
    return create_organization("lakeside", "Lakeside", by="operator")


@pytest.fixture
def brightpath(riverside: Organization) -> Vendor:
    return connected(riverside)
