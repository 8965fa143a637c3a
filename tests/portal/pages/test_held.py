"""A held refresh is looked at, approved and discarded on its page."""

from __future__ import annotations

from copy import deepcopy

import pytest
from celery import current_app
from django.test import Client

from connections.models import Connection
from roster.models import Import, Job, Refresh

HELD = "/o/riverside/cache/held/"
TOLD = {
    "users": {
        "created": 0, "updated": 0, "returned": 0, "removed": 1, "fields": {},
        "schools": {"school-1": {"removed": 1}},
        "records": [{"sourcedId": "ann", "act": "removed", "school": "school-1",
                     "name": "Ann Alcott", "fields": []}],
    }
}  # fmt: skip


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: None)


@pytest.fixture
def held(brightpath: Connection) -> Refresh:
    of_import = Import.objects.create(organization=brightpath.organization, state="applied")
    reason = "31 of 90 users would be removed for a connection; the limit is 10 % and 25."
    return Refresh.objects.create(
        organization=brightpath.organization, state="held", of_import=of_import,
        difference=deepcopy(TOLD),
        holds=[{"code": "removals", "reason": reason, "feeds": [brightpath.feed_id]}],
    )  # fmt: skip


def test_it_says_what_would_change_for_whom(as_dana: Client, held: Refresh):
    for address in ("/o/riverside/cache/", "/o/riverside/"):
        page = as_dana.get(address).content.decode()
        assert "31 of 90 users would be removed" in page
        assert f'href="{HELD}"' in page
    page = as_dana.get(HELD).content.decode()
    for words in ("31 of 90 users", "Brightpath", "Ann Alcott", "Adams Elementary", "Approve"):
        assert words in page
    rows = as_dana.get("/o/riverside/cache/held.csv").content.decode().splitlines()
    assert rows[1] == "users,ann,Ann Alcott,school-1,removed,"
    held.difference["users"]["records"][0]["name"] = "=HYPERLINK(A1)"
    held.save()
    assert ",'=HYPERLINK(A1)," in as_dana.get("/o/riverside/cache/held.csv").content.decode()


def test_a_viewer_looks_and_decides_nothing(as_victor: Client, held: Refresh):
    page = as_victor.get(HELD).content.decode()
    assert "Ann Alcott" in page
    assert "/approve/" not in page
    assert as_victor.post(f"{HELD}{held.pk}/approve/").status_code == 403


def test_approving_is_a_job_and_discarding_an_act(as_dana: Client, held: Refresh):
    page = as_dana.post(f"{HELD}{held.pk}/approve/", follow=True).content.decode()
    assert "Approved. Vendors read it in a moment." in page
    job = Job.objects.get()
    assert (job.kind, job.arguments) == ("refresh", {"approve": held.pk})
    job.delete()
    page = as_dana.post(f"{HELD}{held.pk}/discard/", follow=True).content.decode()
    assert "until the next import" in page
    held.refresh_from_db()
    assert (held.state, held.difference["users"]["records"]) == ("discarded", [])


def test_what_was_superseded_is_decided_by_nobody(as_dana: Client, held: Refresh):
    Import.objects.create(organization=held.organization, state="applied")
    page = as_dana.get(HELD).content.decode()
    assert "the next refresh decides anew" in page
    assert "/approve/" not in page
    page = as_dana.post(f"{HELD}{held.pk}/discard/", follow=True).content.decode()
    assert "isn&#x27;t held any more" in page
    held.refresh_from_db()
    assert held.state == "held"
    assert as_dana.post(f"{HELD}{held.pk}/forget/").status_code == 404
