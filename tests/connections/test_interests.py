"""Interest forms of vendors, and entries of the directory changed."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from connections import interests
from connections.models import Interest, Partner
from connections.partners import change_partner, create_partner
from roster.clock import clock
from roster.models import AuditEntry
from roster.refusal import Refused

FORM = {
    "vendor": "Newcomer",
    "contact_name": "Nell",
    "contact_email": "nell@newcomer.example",
    "versions": ["1.2"],
    "types": ["assessment"],
    "website": "https://newcomer.example",
    "certification": "1EdTech, until 2028",
    "words": "Quizzes.",
}


def sent(**more: Any) -> Interest:
    return interests.send(**{**FORM, **more})


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_an_accepted_form_is_an_entry_of_the_directory(db: None):
    interest = sent()
    assert [each["vendor"] for each in told("list_interests")["interests"]] == ["Newcomer"]
    done = told("decide_interest", str(interest.pk), "accept")
    partner = Partner.objects.get(pk=done["partner"])
    assert (partner.versions, partner.types) == (["1.2"], ["assessment"])
    assert partner.certification == "1EdTech, until 2028"
    assert partner.contact == "Nell, nell@newcomer.example"
    assert told("list_interests")["interests"] == []
    (known,) = told("list_interests", "--all")["interests"]
    assert known["state"] == "accepted"
    entry = AuditEntry.objects.get(action="interest.accepted")
    assert entry.new == {"vendor": "Newcomer", "partner": partner.pk}
    with pytest.raises(CommandError, match="decided about this form already"):
        call_command("decide_interest", str(interest.pk), "decline", "--reason", "No")


def test_a_declined_one_has_a_reason_and_is_forgotten(db: None, time_machine: Any):
    interest = sent()
    with pytest.raises(Refused, match="Say why"):
        interests.decline(interest, by="operator", reason=" ")
    told("decide_interest", str(interest.pk), "decline", "--reason", "Not certified")
    assert AuditEntry.objects.get(action="interest.declined").reason == "Not certified"
    assert interests.forget() == 0
    time_machine.move_to(clock() + timedelta(days=91))
    assert interests.forget() == 1
    assert not Partner.objects.exists()


def test_a_form_that_the_directory_contradicts_waits_on(db: None):
    create_partner("Newcomer", ["1.1"], [], by="operator")
    interest = sent()
    with pytest.raises(Refused, match="other certifications"):
        interests.accept(interest, by="operator")
    interest.refresh_from_db()
    assert interest.state == "waiting"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"vendor": " "}, "needs a name"),
        ({"versions": []}, "at least one"),
        ({"versions": ["1.1"]}, "1.2 only"),
        ({"contact_email": "nell"}, "Contact email"),
        ({"website": "javascript:alert(1)"}, "Website"),
        ({"words": "x" * 2001}, "Words"),
    ],
)
def test_what_no_entry_could_hold_is_refused(more: dict[str, Any], words: str, db: None):
    with pytest.raises(Refused, match=words):
        sent(**more)
    assert not Interest.objects.exists()


def test_so_many_wait_and_the_same_vendor_s_only_once(db: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(interests, "MOST_WAITING", 2)
    sent()
    sent(words="Quizzes and games.")
    assert Interest.objects.get().words == "Quizzes and games."
    sent(vendor="Second")
    with pytest.raises(Refused, match="Too many forms"):
        sent(vendor="Third")


def test_an_entry_is_changed_with_old_and_new(db: None):
    create_partner("Brightpath", ["1.1", "1.2"], ["grade_book"], by="operator")
    done = told(
        "change_partner", "brightpath", "--name", "Brightpath Learning", "--support",
        "weekdays", "--types", "--shares", "users.phone", "guardians", "--needs", "usernames",
        "--reason", "New contract",
    )  # fmt: skip
    assert done["changed"]["types"] == {"old": ["grade_book"], "new": []}
    assert done["partner"]["shares"] == ["guardians", "users.phone"]
    entry = AuditEntry.objects.get(action="partner.changed")
    assert entry.reason == "New contract"
    assert (entry.new or {})["name"] == "Brightpath Learning"
    out = io.StringIO()
    call_command("change_partner", "Brightpath Learning", stdout=out)
    assert "needs: usernames" in out.getvalue()
    assert told("list_partners")["partners"][0]["support"] == "weekdays"
    assert AuditEntry.objects.filter(action="partner.changed").count() == 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"name": ""}, "needs a name"),
        ({"name": "LIBRARY"}, "Library is in the directory already"),
        ({"versions": []}, "at least one"),
        ({"versions": ["1.1"], "types": ["assessment"]}, "1.2 only"),
        ({"shares": ["everything"]}, "no share “everything”"),
        ({"needs": ["gold"]}, "no need of data “gold”"),
        ({"website": "ftp:x"}, "Website"),
    ],
)
def test_an_entry_stays_sound(asked: dict[str, Any], words: str, db: None):
    create_partner("Library", ["1.2"], [], by="operator")
    partner = create_partner("Brightpath", ["1.1", "1.2"], ["grade_book"], by="operator")
    with pytest.raises(Refused, match=words):
        change_partner(partner, by="operator", **asked)
    partner.refresh_from_db()
    assert (partner.name, partner.versions) == ("Brightpath", ["1.1", "1.2"])
