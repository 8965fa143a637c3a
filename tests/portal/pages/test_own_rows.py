"""Rows of the district's own in the portal: changed, added, refused in words, ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from roster.models import AuditEntry, Organization, User

PAGE = "/o/riverside/imports/rows/"


def form_of(organization: Organization, **changed: Any) -> dict[str, Any]:
    plain = {
        "how": "change",
        "file": "users",
        "sourced_id": "ann",
        "cells": "email = ann@new.example\n\nmetadata.coach=yes",
        "until": str(organization.today() + timedelta(days=30)),
        "reason": "Misspelled",
    }
    return plain | changed


def test_a_cell_is_changed_until_a_day_and_comes_back(
    as_dana: Client, as_victor: Client, roster: Organization
):
    before = User.objects.get(sourced_id="ann").email
    assert as_dana.post(f"{PAGE}set/", form_of(roster)).status_code == 302
    assert User.objects.get(sourced_id="ann").email == "ann@new.example"
    page = as_dana.get(PAGE).content.decode()
    assert "ann@new.example" in page
    assert before in page
    victors = as_victor.get(PAGE).content.decode()
    assert "Misspelled" in victors
    assert "ann@new.example" not in victors
    assert as_dana.post(f"{PAGE}end/", {"file": "users", "id": "ann"}).status_code == 302
    assert User.objects.get(sourced_id="ann").email == before
    again = as_dana.post(f"{PAGE}end/", {"file": "users", "id": "ann"}, follow=True)
    assert "There is no row of your own" in again.content.decode()
    entry = AuditEntry.objects.get(action="own_row.set")
    assert (entry.by_name, entry.reason) == ("dana@riverside.example", "Misspelled")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"how": "add"}, "Choose to change it instead."),
        ({"sourced_id": "nobody"}, "Choose to add it instead."),
        ({"cells": "email"}, "Write column=value."),
        ({"cells": "password=x"}, "Passwords are kept nowhere."),
        ({"cells": "colour=red"}, "has no column"),
        ({"until": "2020-01-01"}, "until a day that isn&#x27;t over"),
        ({"file": "passwords"}, "Select a valid choice"),
        ({"reason": " "}, "This field is required."),
    ],
)
def test_what_can_not_be_is_said_and_changes_nothing(
    changed: dict[str, Any], words: str, as_dana: Client, roster: Organization
):
    answer = as_dana.post(f"{PAGE}set/", form_of(roster, **changed))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not roster.own_rows.exists()


def test_many_rows_ask_the_database_no_more_often(as_dana: Client, riverside: Organization):
    counts = []
    for number in (2, 12):
        while riverside.own_rows.count() < number:
            riverside.own_rows.create(
                file="users", sourced_id=f"p{riverside.own_rows.count()}", cells={"email": "x"},
                reason="Why", by_name="dana", until=riverside.today(),
            )  # fmt: skip
        with CaptureQueriesContext(database) as queries:
            assert as_dana.get(PAGE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
