"""Operations × versions × scopes × states: who may write, and how the others are refused."""

from __future__ import annotations

from typing import Any

import pytest

from connections.models import Connection
from roster.api.operations import WRITES, Operation
from roster.api.scopes import SCOPE_BASES
from tests.cast import ask_token
from tests.conformance.conftest import EVERYTHING, SLUG, connect, run
from tests.grading.conftest import vendor as vendor_of
from tests.grading.vendor import Vendor

IDS = {
    "sourcedId": "nothing",
    "classSourcedId": "k-phy-n",
    "schoolSourcedId": "north",
    "lineItemSourcedId": "li-phy-n",
    "academicSessionSourcedId": "q3",
}

STATES = {
    # status of the connection, status of the answer to a write
    "active": 0,
    "paused": 403,
    "suspended": 403,
    "disabled": 401,
    "closed": 401,
}

DONE = {"PUT": (422,), "POST": (422,), "DELETE": (404,)}
"""The answers to somebody who may write, and sends nothing."""


def call(vendor: Vendor, operation: Operation) -> Any:
    sent = {"Authorization": f"Bearer {vendor.token}"}
    return vendor.browser.generic(operation.method, operation.address(IDS), "", headers=sent)


@pytest.mark.parametrize("operation", WRITES, ids=lambda each: f"{each.version} {each.id}")
def test_a_write_needs_its_own_scope(riverside: Any, operation: Operation) -> None:
    vendor = riverside.examiner if operation.version == "1.2" else riverside.old
    assert call(vendor, operation).status_code in DONE[operation.method]
    whole = vendor.token
    names = ("roster.readonly", "gradebook.readonly", "gradebook.createput", "gradebook.delete")
    try:
        for name in (*names, "gradebook.createpost", "assessment.createput", "assessment.delete"):
            scope = SCOPE_BASES[operation.version] + name
            if scope in operation.scopes or (
                operation.version == "1.1" and "gradebook" not in name
            ):
                continue
            answer = ask_token(vendor.client_id, vendor.client_secret, scope=scope)
            if answer.status_code == 400:
                continue
            vendor.token = answer.json()["access_token"]
            assert call(vendor, operation).status_code == 403
    finally:
        vendor.token = whole
    other = riverside.old if operation.version == "1.2" else riverside.examiner
    assert call(other, operation).status_code == 403
    assert call(Vendor(operation.version, "", "", 0, "nonsense"), operation).status_code == 401


def test_only_partners_of_the_type_get_the_scopes(riverside: Any) -> None:
    plain = run(
        "create_connection", SLUG, "--vendor", "Stranger", "--oneroster", "1.2",
        "--acknowledge-unsupported", *EVERYTHING,
    )  # fmt: skip
    partner = run(
        "create_connection", SLUG, "--vendor", "Examiner", "--partner", "Examiner",
        "--oneroster", "1.2", *EVERYTHING,
    )  # fmt: skip
    for told in (plain, partner):
        vendor = vendor_of(told)
        granted = ask_token(vendor.client_id, vendor.client_secret).json()
        assert "gradebook" not in granted["scope"]
        assert "assessment" not in granted["scope"]
        base = SCOPE_BASES["1.2"]
        for name in ("gradebook.createput", "gradebook.delete", "assessment.createput"):
            refused = ask_token(vendor.client_id, vendor.client_secret, scope=base + name)
            assert refused.json()["error"] == "invalid_scope"
        vendor.token = granted["access_token"]
        for operation in WRITES:
            assert call(vendor, operation).status_code == 403
        run("set_status", SLUG, str(vendor.connection), "closed")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_state_decides_who_writes(riverside: Any, version: str) -> None:
    vendor = vendor_of(connect(version, EVERYTHING))
    run("refresh_cache", SLUG)
    vendor.token = vendor.grant()
    for status, answer in STATES.items():
        if status != "active":
            run("set_status", SLUG, str(vendor.connection), status, "--reason", "a table")
        for operation in WRITES:
            if operation.version == version:
                expected = (answer,) if answer else DONE[operation.method]
                assert call(vendor, operation).status_code in expected, (status, operation.id)
    assert Connection.objects.get(pk=vendor.connection).status == "closed"
