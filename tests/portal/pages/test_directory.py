"""The partner directory, kept by the operator; vendors' forms, sent by anybody."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from connections.models import Connection, Interest, Partner
from portal.models import Staff
from tests.cast import certified, signed_in

FORM = {
    "vendor": "Newcomer",
    "contact_name": "Nell",
    "contact_email": "nell@newcomer.example",
    "versions": ["1.1", "1.2"],
}


@pytest.fixture
def as_olga(olga: Staff) -> Client:
    return signed_in(olga)


@pytest.fixture(autouse=True)
def nobody_has_sent(db: None) -> None:
    cache.clear()


def test_the_operator_enters_and_changes_a_partner(as_olga: Client):
    assert "The directory is empty" in as_olga.get("/partners/").content.decode()
    entry = {"name": "Brightpath", "versions": ["1.2"], "types": ["grade_book"]}
    assert as_olga.post("/partners/new/", entry).status_code == 302
    partner = Partner.objects.get()
    more = {"certification": "1EdTech 2028", "shares": ["guardians"], "needs": ["teachers"]}
    assert as_olga.post(f"/partners/{partner.pk}/", {**entry, **more}).status_code == 302
    page = as_olga.get("/partners/").content.decode()
    for words in ("1EdTech 2028", "Guardians and relatives", "every class has a teacher", ">B<"):
        assert words in page
    shown = as_olga.get(f"/partners/{partner.pk}/").context["form"]
    assert shown.initial["shares"] == ["guardians"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"name": ""}, "required"),
        ({"versions": []}, "at least one"),
        ({"versions": ["1.1"], "types": ["assessment"]}, "1.2 only"),
        ({"name": "LIBRARY"}, "in the directory already"),
    ],
)
def test_an_entry_that_cannot_be_is_said(as_olga: Client, more: dict[str, Any], words: str):
    certified("Library")
    entry = {"name": "Brightpath", "versions": ["1.2"], **more}
    for address in ("/partners/new/", f"/partners/{certified('Brightpath').pk}/"):
        if "LIBRARY" in entry["name"] and "new" in address:
            continue
        answer = as_olga.post(address, entry)
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_districts_read_the_profile(as_victor: Client, brightpath: Connection):
    Partner.objects.update(shares=["guardians"], support="weekdays", certification="1EdTech 2028")
    page = as_victor.get("/o/riverside/connections/partners/").content.decode()
    for words in ("Guardians and relatives", "weekdays", "1EdTech 2028"):
        assert words in page


def test_a_vendor_sends_its_form_and_the_operator_decides(as_olga: Client, client: Client):
    assert client.get("/partners/interest/").status_code == 200
    assert "Thank you" in client.post("/partners/interest/", FORM).content.decode()
    interest = Interest.objects.get()
    page = as_olga.get("/partners/interests/").content.decode()
    assert "nell@newcomer.example" in page
    answer = as_olga.post(f"/partners/interests/{interest.pk}/decline/", follow=True)
    assert "needs a reason" in answer.content.decode()
    answer = as_olga.post(f"/partners/interests/{interest.pk}/accept/", follow=True)
    assert "Newcomer is in the directory now" in answer.content.decode()
    assert Partner.objects.get().name == "Newcomer"
    again = as_olga.post(
        f"/partners/interests/{interest.pk}/decline/", {"reason": "No"}, follow=True
    )
    assert "decided about this form already" in again.content.decode()
    assert as_olga.post(f"/partners/interests/{interest.pk}/delete/").status_code == 404


def test_an_invalid_form_is_kept_and_said(client: Client):
    answer = client.post("/partners/interest/", {**FORM, "contact_email": "nell"})
    assert answer.status_code == 422
    assert "Newcomer" in answer.content.decode()
    assert not Interest.objects.exists()


def test_a_program_is_thanked_and_not_heard(client: Client):
    answer = client.post("/partners/interest/", {**FORM, "fax": "555-0100"})
    assert "Thank you" in answer.content.decode()
    assert not Interest.objects.exists()


def test_a_form_says_nothing_of_who_is_known(client: Client):
    certified("Newcomer")
    assert "Thank you" in client.post("/partners/interest/", FORM).content.decode()


def test_nobody_sends_more_than_some(client: Client):
    for number in range(5):
        form = {**FORM, "vendor": f"Newcomer {number}"}
        assert client.post("/partners/interest/", form).status_code == 200
    assert client.post("/partners/interest/", FORM).status_code == 429
    assert Interest.objects.count() == 5
    assert client.get("/partners/interest/").status_code == 200
