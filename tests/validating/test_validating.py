"""What the API answers is what its OpenAPI documents promise, in every operation of a version.

`python -m tests.validating` does the same with as many students as it is told.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import OperationalError

from portal.models import Staff
from roster import reading
from roster.api import throttling
from roster.api.operations import Operation
from roster.dialects.fields import FIELDS, V11
from roster.models import Organization
from roster.organizations import create_organization
from tests.cast import member
from tests.validating import promises, scene
from tests.validating.walking import Walker, walker

STUDENTS = int(os.environ.get("VALIDATING_STUDENTS", "200"))
EXAMPLES = int(os.environ.get("VALIDATING_EXAMPLES", "6"))
VERSIONS = sorted(FIELDS)


@pytest.fixture
def riverside(db: None, tmp_path: Path) -> Iterator[Organization]:
    organization = create_organization("riverside", "Riverside", by="test")
    scene.prepare(organization, STUDENTS, tmp_path)
    yield organization
    reading.forget()
    cache.clear()


@pytest.fixture
def dana(riverside: Organization) -> Staff:
    return member("dana@riverside.example", "Dana", riverside, "admin")


@pytest.fixture
def _quiet() -> Iterator[None]:
    """Hundreds of errors are brought about here, each of which is logged as it should be."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize("version", VERSIONS)
def test_every_answer_is_what_the_document_promises(
    version: str, riverside: Organization, dana: Staff
):
    vendor = walker(scene.vendor(riverside, dana, version), dana, EXAMPLES)
    narrow = walker(scene.vendor(riverside, dana, version, types=[], shares=[]), dana)
    other = walker(scene.vendor(riverside, dana, _other(version)), dana)
    faults = Faults(vendor)
    for operation in vendor.operations:
        faults.expect(503, operation)
    scene.publish(riverside)
    began = time.monotonic()
    vendor.walk()
    # Whatever can be asked had something to show, so nothing was promised of empty lists alone.
    assert set(vendor.asked) == {each.id for each in vendor.operations}
    assert [name for name, records in vendor.records.items() if not records] == []
    assert "tobedeleted" in {each["status"] for each in vendor.records["getAllUsers"]}
    for operation in vendor.operations:
        faults.of(operation, narrow, other)
    print(
        f"\nOneRoster {version}: {vendor.asked.total() + faults.seen:,} answers of "
        f"{len(vendor.asked)} operations, {vendor.documents:,} documents, "
        f"{time.monotonic() - began:.1f} s."
    )


class Faults:
    """What a vendor does wrong, and what goes wrong with us, in every operation."""

    def __init__(self, vendor: Walker) -> None:
        self.vendor = vendor
        self.seen = 0

    def of(self, operation: Operation, narrow: Walker, other: Walker) -> None:
        for fault in ("fields=", "fields=shoe", "fields=sourcedId,shoe"):
            self.asked(operation, fault, warned="shoe" in fault)
        if operation.many:
            for fault in ("limit=0", "limit=50001", "limit=x", "offset=-1", "orderBy=up",
                          "filter=shoe", "filter=shoe%3D'8'", "limit=1&limit=2"):  # fmt: skip
                self.asked(operation, fault)
            self.asked(operation, "sort=shoe", warned=True)
            self.partly(operation)
        self.expect(401, operation, headers={"Authorization": ""})
        self.expect(401, operation, headers={"Authorization": "Bearer nonsense"})
        self.expect(401, operation, headers={"Authorization": "OAuth oauth_version=1.0"})
        self.expect(403, operation, by=other)
        if not any("roster" in scope for scope in operation.scopes):
            self.expect(403, operation, by=narrow)
        if operation.parents or not operation.many:
            self.expect(404, operation)
        self.expect(405, operation, method="patch")
        self.unchanged(operation)
        with patch.object(throttling, "BUDGET", 0), patch.object(throttling, "_taken", {}):
            self.expect(429, operation)
        for error, status in ((OperationalError("gone"), 503), (ValueError("ours"), 500)):
            with patch("roster.api.parameters.read", side_effect=error):
                self.expect(status, operation)

    def asked(self, operation: Operation, query: str, *, warned: bool = False) -> None:
        """Ask with a faulty parameter: 400, but where 1.1 only warns."""
        if warned and operation.version == V11:
            if operation.many and not operation.parents:
                answer = self.vendor.ask(f"{operation.address({})}?limit=3&{query}")
                assert answer.json()["statusInfoSet"]
                self.check(operation, answer, 200)
        else:
            self.expect(400, operation, query=query)

    def partly(self, operation: Operation) -> None:
        """Ask for some fields only; required ones are missing then, as they were not asked for."""
        if not operation.parents:
            answer = self.vendor.ask(f"{operation.address({})}?limit=20&fields=sourcedId,metadata")
            self.check(operation, answer, 200, relaxed=True)

    def unchanged(self, operation: Operation) -> None:
        if operation.many and not operation.parents:
            tag = self.vendor.ask(operation.address({}))["ETag"]
            answer = self.vendor.ask(operation.address({}), headers={"If-None-Match": tag})
            self.check(operation, answer, 304)

    def expect(
        self,
        status: int,
        operation: Operation,
        *,
        by: Walker | None = None,
        query: str = "",
        method: str = "get",
        headers: dict[str, str] | None = None,
    ) -> None:
        """Ask for what isn't there, or in a wrong way, and look at the refusal."""
        nobody = dict.fromkeys(
            [each.name for each in operation.parents] or ["sourcedId"], "no/body"
        )
        vendor = by or self.vendor
        sent = {"Authorization": f"Bearer {vendor.token}", **(headers or {})}
        path = f"{operation.address(nobody)}?{query}"
        self.check(operation, getattr(vendor.browser, method)(path, headers=sent), status)

    def check(
        self, operation: Operation, answer: Any, status: int, *, relaxed: bool = False
    ) -> None:
        assert answer.status_code == status, (operation.id, answer.content[:300])
        if status == 405:
            promises.check_other(operation, answer)
        else:
            promises.check(operation, answer, relaxed=relaxed)
        self.seen += 1


def _other(version: str) -> str:
    return next(each for each in VERSIONS if each != version)
