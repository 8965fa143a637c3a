"""A sandbox: throw-away connections handed out by the operator, and *test* wherever it is seen."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from connections import hand_over, lifecycle, sandbox, terms
from connections.models import Connection
from portal.models import Membership, Staff
from roster.clock import clock
from roster.models import Organization
from roster.publishing import refresh
from roster.refusal import Refused
from roster.sandboxes import create_sandbox, import_night
from tests.cast import ask_token, certified, member, signed_in

LOCAL = {"host": "127.0.0.1"}


@pytest.fixture
def playground(db: None) -> Organization:
    """A sandbox before its first night: what is handed out here waits for people."""
    return create_sandbox("playground", "Playground", students=40, by="operator")


@pytest.fixture
def as_olga(olga: Staff) -> Client:
    return signed_in(olga)


def handed_out(playground: Organization, **more: Any) -> Connection:
    asked = {"vendor": "Newcomer", "oneroster": "1.2", "by": "test", **more}
    return sandbox.connect(playground, **asked)[0]


def test_the_operator_hands_one_out_by_a_link(as_olga: Client, playground: Organization):
    address = "/organizations/playground/sandbox/"
    assert "No vendor is trying it" in as_olga.get(address, headers=LOCAL).content.decode()
    form = {"vendor": "Newcomer", "oneroster": "1.1", "days": "10"}
    answer = as_olga.post(address, form, headers=LOCAL)
    assert answer.status_code == 302
    made = Connection.objects.get()
    assert (made.expires, made.partner) == (playground.today() + timedelta(days=10), None)
    assert "demographics" in made.shares
    page = as_olga.get(address, headers=LOCAL)
    link = page.context["link"]
    assert link in page.content.decode()
    assert as_olga.get(address, headers=LOCAL).context["link"] is None
    shown = Client().get(link.removeprefix("http://127.0.0.1"), headers=LOCAL).content.decode()
    assert "its people are made up" in shown
    opened = Client().post(link.removeprefix("http://127.0.0.1"), headers=LOCAL)
    lines = {line["key"]: line["value"] for line in opened.context["lines"]}
    assert lines["test"] == "The people are made up."
    assert "test" in opened.content.decode()
    assert "Test: The people" in opened.context["message"]
    assert ask_token(lines["client_id"], lines["client_secret"]).status_code == 200


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"days": "91"}, "less than or equal to 90"),
        ({"vendor": ""}, "required"),
        ({"types": "grade_book"}, "Roster Sync only"),
    ],
)
def test_what_cannot_be_handed_out_is_said(
    as_olga: Client, playground: Organization, more: dict[str, str], words: str
):
    form = {"vendor": "Newcomer", "oneroster": "1.2", "days": "10", **more}
    answer = as_olga.post("/organizations/playground/sandbox/", form, headers=LOCAL)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Connection.objects.exists()


def test_a_partner_tries_what_it_is_certified_for(as_olga: Client, playground: Organization):
    certified("Brightpath")
    form = {
        "vendor": "Brightpath", "partner": "Brightpath", "oneroster": "1.2", "days": "10",
        "types": ["grade_book"],
    }  # fmt: skip
    assert (
        as_olga.post("/organizations/playground/sandbox/", form, headers=LOCAL).status_code == 302
    )
    assert Connection.objects.get().types == ["grade_book"]


def test_one_is_ended_before_its_day(as_olga: Client, playground: Organization):
    made = handed_out(playground)
    answer = as_olga.post(f"/organizations/playground/sandbox/{made.pk}/end/")
    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.status == Connection.Status.CLOSED


def test_nothing_is_handed_out_without_tls(as_olga: Client, playground: Organization):
    address = "/organizations/playground/sandbox/"
    assert "under https only" in as_olga.get(address).content.decode()
    form = {"vendor": "Newcomer", "oneroster": "1.1", "days": "10"}
    assert as_olga.post(address, form).status_code == 422
    assert not Connection.objects.exists()


def test_it_ends_by_itself_and_never_becomes_real(
    playground: Organization, riverside: Organization, time_machine: Any
):
    made = handed_out(playground)
    for days in (None, 91):
        last = None if days is None else playground.today() + timedelta(days=days)
        with pytest.raises(Refused, match="each has a last day"):
            terms.change_terms(made, by="test", expires=last)
    with pytest.raises(Refused, match="each has a last day"):
        lifecycle.connect(
            playground, vendor="Newcomer", oneroster="1.2", acknowledge_unsupported=True,
            all_schools=True, by="test",
        )  # fmt: skip
    with pytest.raises(Refused, match="is no sandbox"):
        handed_out(riverside)
    terms.change_terms(made, by="test", expires=playground.today() + timedelta(days=90))
    made.refresh_from_db()
    _link, word = hand_over.issue(made, by="test")
    secret = hand_over.open_once(hand_over.find(word))  # type: ignore[arg-type]
    time_machine.move_to(clock() + timedelta(days=92))
    answer = ask_token(made.client.client_id, str(secret))
    assert (answer.status_code, "expired" in answer.json()["error_description"]) == (400, True)


def test_every_page_of_a_sandbox_says_test_and_no_other_does(
    playground: Organization, brightpath: Connection, as_dana: Client
):
    tess = member("tess@playground.example", "Tess", playground, Membership.Role.ADMIN)
    made = handed_out(playground)
    mark = '<span class="lozenge warn">test</span>'
    for path in ("", "connections/", f"connections/{made.pk}/information/", "settings/"):
        shown = signed_in(tess).get(f"/o/playground/{path}", headers=LOCAL)
        assert mark in shown.content.decode()
        real = path.replace(str(made.pk), str(brightpath.pk))
        assert mark not in as_dana.get(f"/o/riverside/{real}", headers=LOCAL).content.decode()
    address = f"/o/playground/connections/{made.pk}/postman/"
    assert signed_in(tess).get(address, headers=LOCAL).json()["name"].endswith("(test)")


def test_operators_find_it_among_the_organizations(as_olga: Client, playground: Organization):
    assert "/organizations/playground/sandbox/" in as_olga.get("/organizations/").content.decode()


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_commands_make_one_and_a_vendor_reads_at_once(db: None):
    made = told("create_sandbox", "sandbox", "--name", "Sandbox", "--students", "30")
    assert made["test"] is True
    known = told("connect_sandbox", "sandbox", "--vendor", "Newcomer", "--oneroster", "1.2")
    assert (known["test"], known["status"]) == (True, "active")
    token = ask_token(known["client_id"], known["client_secret"]).json()["access_token"]
    read = Client().get(
        "/ims/oneroster/rostering/v1p2/students?limit=1",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert int(read["X-Total-Count"]) > 20
    assert told("list_organizations")["organizations"][0]["test"] is True
    with pytest.raises(CommandError, match="90 days"):
        call_command(
            "connect_sandbox", "sandbox", "--vendor", "N", "--oneroster", "1.2", "--days", "91"
        )


def test_a_night_reaches_the_vendor_as_a_delta_with_tombstones(db: None, time_machine: Any):
    time_machine.move_to("2027-03-01T18:00:00Z")
    found = create_sandbox("sandbox", "Sandbox", students=70, by="operator")
    import_night(found, by="test")
    refresh(found, by="test")
    connection, secret = sandbox.connect(found, vendor="Newcomer", oneroster="1.2", by="test")
    lifecycle.publish_at_once(connection, by="test")
    stamp = "2027-03-02T00:00:00Z"
    time_machine.move_to("2027-03-04T18:00:00Z")
    import_night(found, by="test")
    refresh(found, by="test")
    token = ask_token(connection.client.client_id, secret).json()["access_token"]
    read = Client().get(
        "/ims/oneroster/rostering/v1p2/students",
        {"filter": f"dateLastModified>='{stamp}'", "limit": "1000"},
        headers={"Authorization": f"Bearer {token}"},
    )
    states = {user["status"] for user in read.json()["users"]}
    assert states == {"active", "tobedeleted"}
