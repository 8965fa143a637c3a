"""Where a connection names networks, its vendor is refused from everywhere else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from connections import networks
from connections.models import Request
from connections.terms import change_terms
from roster.models import AuditEntry
from roster.refusal import Refused
from tests.connections.conftest import DANA, Vendor, publish

OURS = ["192.0.2.0/24", "2001:db8::/32", "198.51.100.7/32"]
ADMITTED = {
    "192.0.2.9": True,
    "198.51.100.7": True,
    "2001:db8::1": True,
    "::ffff:192.0.2.9": True,
    "192.0.3.1": False,
    "198.51.100.8": False,
    "2001:db9::1": False,
    "": False,
    "unix:": False,
}


@pytest.mark.parametrize("address", ADMITTED)
def test_an_address_is_admitted_by_its_network_alone(address: str) -> None:
    assert (networks.refusal(OURS, address) is None) == ADMITTED[address]
    assert networks.refusal([], address) is None


def test_networks_are_read_one_by_one_and_written_one_way() -> None:
    given = " 192.0.2.0/24, 2001:DB8::/32\n198.51.100.7 198.51.100.7/32"
    assert networks.read(given) == OURS
    assert networks.read("::ffff:192.0.2.0/120 ::ffff:198.51.100.7") == [OURS[0], OURS[2]]
    assert networks.read(" \n") == []


@pytest.mark.parametrize(
    "text", ["192.0.2.9/24", "vendor.example", "300.1.1.1", "192.0.2.0/33"]
)  # fmt: skip
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="no address or network"):
        networks.read(text)
    with pytest.raises(Refused, match="Up to 50"):
        networks.read(" ".join(f"192.0.2.{each}" for each in range(51)))


def test_elsewhere_neither_secret_nor_token_opens_anything(brightpath: Vendor) -> None:
    publish(brightpath, 7)
    token = brightpath.token()
    change_terms(brightpath.connection, networks=OURS, by=DANA, reason="fixed")

    def asked(address: str) -> tuple[int, int]:
        client = Client(REMOTE_ADDR=address)
        path = "/ims/oneroster/rostering/v1p2/orgs"
        read = client.get(path, headers={"authorization": f"Bearer {token}"})
        new = client.post("/oauth2/token", brightpath.form())
        if read.status_code == 403:
            minor = read.json()["imsx_CodeMinor"]["imsx_codeMinorField"][0]
            assert minor["imsx_codeMinorFieldValue"] == "forbidden"
            assert address in read.json()["imsx_description"]
            assert new.json()["error"] == "unauthorized_client"
        return read.status_code, new.status_code

    assert asked("192.0.2.9") == (200, 200)
    assert asked("203.0.113.9") == (403, 400)
    reasons = Request.objects.filter(status__in=(403, 400)).values_list("reason", flat=True)
    assert all(reason.endswith(networks.ELSEWHERE) for reason in reasons)
    assert len(reasons) == 2
    entry: Any = AuditEntry.objects.filter(action="connection.changed").latest("pk")
    assert (entry.old["networks"], entry.new["networks"]) == ([], OURS)
    change_terms(brightpath.connection, networks=[], by=DANA)
    assert asked("203.0.113.9") == (200, 200)
