"""The commands about partners and connections, as a script calls them."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command, execute_from_command_line
from pytest_django import Settings

from connections.models import Connection, Partner
from connections.scopes import allowed
from roster.models import Organization
from tests.cast import ask_token
from tests.connections.conftest import Vendor, publish

LEAST = ("--vendor", "Brightpath", "--oneroster", "1.2", "--acknowledge-unsupported")


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def refused(*arguments: str) -> tuple[int, str]:
    """Return exit code and words of a refusal; the same with `--json` and without."""
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(*arguments, "--json", stdout=out)
    with pytest.raises(CommandError) as raised:
        call_command(*arguments)
    words = json.loads(out.getvalue())["error"]
    assert str(raised.value) == words
    assert raised.value.returncode == ended.value.code
    return raised.value.returncode, words


def test_a_partner_is_entered(db: None) -> None:
    made = told("create_partner", "Brightpath", "--oneroster", "1.1", "1.2", "--type", "grade_book")
    assert made == {
        "id": Partner.objects.get().pk,
        "name": "Brightpath",
        "oneroster": ["1.1", "1.2"],
        "types": ["roster", "grade_book"],
    }


def test_a_connection_is_made_and_its_credentials_work(
    riverside: Organization, settings: Settings
) -> None:
    settings.PUBLIC_URL = ""
    made = told("create_connection", "riverside", *LEAST, "--all-schools", "--share", "all")
    connection = Connection.objects.get()
    answer = ask_token(made["client_id"], made["client_secret"])
    assert answer.status_code == 200
    made.pop("client_secret")
    base = "http://127.0.0.1:8000"
    assert made == {
        "id": connection.pk,
        "organization": "riverside",
        "vendor": "Brightpath",
        "oneroster": "1.2",
        "types": ["roster"],
        "status": "active",
        "active_on": None,
        "expires": None,
        "agreement_ends": None,
        "client_id": connection.client.client_id,
        "token_url": f"{base}/oauth2/token",
        "base_url": f"{base}/ims/oneroster/rostering/v1p2",
        "gradebook_url": None,
        "host": base,
        "scopes": allowed(connection),
        "documentation": f"{base}/docs/oneroster-1.2",
        "published": False,
        "warnings": [],
    }


@pytest.mark.parametrize("way", ["create", "rotate"])
def test_no_secret_is_made_for_an_address_without_tls(
    riverside: Organization, settings: Settings, way: str
) -> None:
    made = told("create_connection", "riverside", *LEAST, "--all-schools")
    settings.PUBLIC_URL = "http://roster.example"
    words = {
        "create": ("create_connection", "riverside", *LEAST, "--all-schools"),
        "rotate": ("rotate_secret", "riverside", str(made["id"])),
    }
    code, said = refused(*words[way])
    assert (code, "without TLS" in said) == (1, True)
    assert Connection.objects.get().secrets.count() == 1


def test_everything_asked_is_kept(riverside: Organization, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://roster.example"
    told("create_partner", "Brightpath", "--oneroster", "1.1", "--type", "grade_book")
    made = told(
        *("create_connection", "riverside", "--vendor", "Brightpath", "--oneroster", "1.1"),
        *("--type", "grade_book", "--partner", "Brightpath"),
        *("--school", "north", "--school", "south"),
        *("--share", "demographics", "--share", "users.sms", "--withhold", "users.email"),
        *("--purpose", "Reading", "--expires", "2099-06-30", "--disabled"),
    )
    connection = Connection.objects.get()
    assert made["base_url"] == made["gradebook_url"] == "https://roster.example/ims/oneroster/v1p1"
    assert (made["status"], made["expires"]) == ("disabled", "2099-06-30")
    assert connection.schools == ["north", "south"]
    assert connection.shares == ["demographics", "users.sms"]
    assert connection.withheld == ["users.email"]
    assert connection.purpose == "Reading"
    assert connection.partner == Partner.objects.get()
    assert connection.created_by.startswith("command")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere", *LEAST, "--all-schools"), "no organization “nowhere”"),
        (("riverside", *LEAST, "--school", "west"), "no school west"),
        (("riverside", *LEAST, "--all-schools", "--type", "grade_book"), "Roster Sync only"),
        (("riverside", *LEAST, "--all-schools", "--withhold", "users.roles"), "requires it"),
        (("riverside", *LEAST[:4], "--partner", "Nobody", "--all-schools"), "no partner “Nobody”"),
    ],
)
def test_a_refusal_has_its_reason_and_exit_code_1(
    arguments: tuple[str, ...], words: str, riverside: Organization
) -> None:
    code, said = refused("create_connection", *arguments)
    assert code == 1
    assert words in said
    assert not Connection.objects.exists()


def test_statuses_are_set(brightpath: Vendor) -> None:
    pk = str(brightpath.connection.pk)
    publish(brightpath)
    assert told("set_status", "riverside", pk, "paused", "--until", "2099-08-01") == {
        "id": brightpath.connection.pk,
        "organization": "riverside",
        "vendor": "Brightpath",
        "oneroster": "1.2",
        "types": ["roster"],
        "status": "paused",
        "active_on": "2099-08-01",
        "expires": None,
        "agreement_ends": None,
    }
    assert refused("set_status", "riverside", pk, "paused", "--until", "2020-01-01")[0] == 1
    assert told("set_status", "riverside", pk, "closed")["status"] == "closed"
    assert "for good" in refused("set_status", "riverside", pk, "active")[1]


def test_dates_are_set_and_listed(brightpath: Vendor) -> None:
    pk = str(brightpath.connection.pk)
    assert told("set_status", "riverside", pk, "disabled", "--until", "2099-08-01")
    assert told("change_connection", "riverside", pk, "--agreement-ends", "2099-09-01")
    assert told("expire_secret", "riverside", pk, "--on", "2099-08-20")["expires"] == "2099-08-20"
    found = told("list_dates", "riverside")["dates"]
    assert [(each["day"], each["what"]) for each in found] == [
        ("2099-08-01", "begins"),
        ("2099-08-20", "secret"),
        ("2099-09-01", "agreement"),
    ]
    assert {each["connection"] for each in found} == {brightpath.connection.pk}
    assert told("list_dates", "riverside", "--soon")["dates"] == []
    assert told("change_connection", "riverside", pk, "--agreement-no-end")["changed"]
    words = ("change_connection", "riverside", pk)
    assert told(*words, "--networks", "192.0.2.7, 2001:db8::/32")["networks"] == [
        "192.0.2.7/32",
        "2001:db8::/32",
    ]
    assert refused(*words, "--networks", "vendor.example")[0] == 1
    assert told(*words, "--any-network")["networks"] == []
    assert told("expire_secret", "riverside", pk, "--never")["expires"] is None
    assert refused("expire_secret", "riverside", pk, "--on", "2020-01-01")[0] == 1
    made = told(
        "create_connection", "riverside", *LEAST, "--all-schools", "--active-on", "2099-08-01",
        "--vendor", "Library App",
    )  # fmt: skip
    assert (made["status"], made["active_on"]) == ("disabled", "2099-08-01")


def test_a_secret_is_rotated_and_the_overlap_ended(brightpath: Vendor) -> None:
    pk = str(brightpath.connection.pk)
    made = told("rotate_secret", "riverside", pk)
    assert made["client_id"] == brightpath.id
    for secret in (brightpath.secret, made["client_secret"]):
        assert brightpath.ask(client_secret=secret).status_code == 200
    assert "End one of them" in refused("rotate_secret", "riverside", pk)[1]
    assert told("rotate_secret", "riverside", pk, "--end-overlap")["ended"] == 1
    assert told("rotate_secret", "riverside", pk, "--end-overlap")["ended"] == 0
    assert brightpath.ask().status_code == 401


@pytest.mark.parametrize("command", [("set_status", "active"), ("rotate_secret",)])
def test_another_organizations_connection_is_unknown(
    command: tuple[str, ...], brightpath: Vendor, lakeside: Organization
) -> None:
    name, *rest = command
    code, words = refused(name, "lakeside", str(brightpath.connection.pk), *rest)
    assert (code, words) == (1, f"Lakeside has no connection {brightpath.connection.pk}.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("create_connection", "riverside"),
        ("create_connection", "riverside", *LEAST),
        ("create_connection", "riverside", *LEAST, "--all-schools", "--school", "north"),
        ("create_connection", "riverside", *LEAST, "--all-schools", "--partner", "Brightpath"),
        ("create_connection", "riverside", *LEAST, "--all-schools", "--share", "everything"),
        ("create_connection", "riverside", *LEAST, "--all-schools", "--expires", "soon"),
        ("set_status", "riverside", "one", "active"),
        ("set_status", "riverside", "1", "asleep"),
        ("create_partner", "Brightpath", "--oneroster", "1.0"),
    ],
)
def test_wrong_usage_has_exit_code_2(arguments: tuple[str, ...], db: None) -> None:
    with pytest.raises(SystemExit) as ended:
        execute_from_command_line(["manage.py", *arguments])
    assert ended.value.code == 2
