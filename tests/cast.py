"""The cast that everyone knows, for tests of pages and of the whole: import what you need.

Riverside is our district, Dana its administrator, Victor its viewer; Liz of Lakeside is the
stranger who must find nothing; Olga runs the installation; Brightpath is the vendor.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from connections import lifecycle, partners
from connections.models import Connection, Partner
from portal.models import Membership, Staff
from portal.signing_in.sessions import SEEN
from roster.models import Org, Organization
from roster.organizations import create_organization

PASSWORD = "correct horse battery"
EVERYBODY = ("anonymous", "liz", "victor", "dana", "olga")


@pytest.fixture
def riverside(db: None) -> Organization:
    """A district in Chicago's time zone with two schools, nothing imported or published."""
    return with_two_schools()


def with_two_schools() -> Organization:
    organization = create_organization(
        "riverside", "Riverside", time_zone="America/Chicago", by="operator"
    )
    add_schools(organization, "Adams Elementary", "Banneker Middle")
    return organization


@pytest.fixture
def lakeside(db: None) -> Organization:
    return create_organization("lakeside", "Lakeside", by="operator")


@pytest.fixture
def dana(riverside: Organization) -> Staff:
    return member("dana@riverside.example", "Dana", riverside, Membership.Role.ADMIN)


@pytest.fixture
def victor(riverside: Organization) -> Staff:
    return member("victor@riverside.example", "Victor", riverside, Membership.Role.VIEWER)


@pytest.fixture
def liz(lakeside: Organization) -> Staff:
    return member("liz@lakeside.example", "Liz", lakeside, Membership.Role.ADMIN)


@pytest.fixture
def olga(db: None) -> Staff:
    return Staff.objects.create_user(
        "olga@operator.example", PASSWORD, name="Olga", is_operator=True
    )


@pytest.fixture
def brightpath(riverside: Organization, dana: Staff) -> Connection:
    """Riverside's connection with Brightpath, a partner: 1.2 with the gradebook, all schools."""
    return connected(riverside, dana, partner=certified("Brightpath"), types=["grade_book"])


@pytest.fixture
def everybody(dana: Staff, victor: Staff, liz: Staff, olga: Staff) -> dict[str, Client]:
    """A browser for each of them, signed in, and one for nobody."""
    accounts = {"liz": liz, "victor": victor, "dana": dana, "olga": olga}
    return {"anonymous": Client(), **{name: signed_in(who) for name, who in accounts.items()}}


@pytest.fixture
def as_dana(dana: Staff) -> Client:
    return signed_in(dana)


@pytest.fixture
def as_victor(victor: Staff) -> Client:
    return signed_in(victor)


def member(email: str, name: str, organization: Organization, role: str) -> Staff:
    staff = Staff.objects.create_user(email, PASSWORD, name=name)
    Membership.objects.create(staff=staff, organization=organization, role=role)
    return staff


def signed_in(staff: Staff) -> Client:
    """Return a browser in which they have signed in, and whose session was just written down."""
    browser = Client()
    browser.force_login(staff)
    session = browser.session
    session[SEEN] = time.time()
    session.save()
    return browser


def ask_token(client_id: str, secret: str, **more: str) -> Any:
    """Ask for a token as most vendors do, with the credentials in the body; return the answer."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": secret,
        **more,
    }
    return Client().post("/oauth2/token", form)


def add_schools(organization: Organization, *names: str) -> None:
    for number, name in enumerate(names, 1):
        Org.objects.create(
            organization=organization, sourced_id=f"school-{number}", name=name, type="school"
        )


def certified(name: str) -> Partner:
    return partners.create_partner(name, ["1.1", "1.2"], ["grade_book"], by="operator")


def connected(organization: Organization, by: Staff, **terms: object) -> Connection:
    """Return a connection of the organization; what `terms` doesn't say is as plain as can be."""
    plain = {
        "vendor": free_name(organization),
        "oneroster": "1.2",
        "all_schools": not terms.get("schools"),
    }
    known = {"acknowledge_unsupported": "partner" not in terms, **plain, **terms}
    return lifecycle.connect(organization, by=by, **known)[0]  # type: ignore[arg-type]


def free_name(organization: Organization) -> str:
    """Return Brightpath, or Brightpath with a number where a connection is called that."""
    number = Connection.objects.filter(
        organization=organization, vendor__startswith="Brightpath"
    ).count()
    return f"Brightpath {number + 1}" if number else "Brightpath"
