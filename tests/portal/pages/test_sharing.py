"""What a vendor may see, edited with the difference first; agreements; people kept out."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from connections import changing
from connections.models import Connection
from portal.forms.sharing import SharingForm
from portal.models import Staff
from roster.models import AuditEntry
from tests.portal.pages.conftest import acted

DESK = "/o/riverside/connections/"


def form_of(connection: Connection, **changed: Any) -> dict[str, Any]:
    """Return the form as the page has it, with changes."""
    form = SharingForm(connection=connection)
    return {**form.initial, **changed}


def test_what_goes_is_told_by_name_and_saved_when_confirmed(as_dana: Client, published: Connection):
    address = f"{DESK}{published.pk}/sharing/"
    assert as_dana.get(address).status_code == 200
    form = form_of(published, roles_are="some", roles=["teacher"], reason="Staff only")
    preview = as_dana.post(address, form)
    page = preview.content.decode()
    assert "Ann O&#x27;Hara" in page
    assert "Nothing is saved yet" in page
    assert [(str(name), counts["removed"]) for name, counts in preview.context["rows"]] == [
        ("Users", 1), ("Enrollments", 1), ("Results", 1),
    ]  # fmt: skip
    published.refresh_from_db()
    assert published.roles is None

    again = as_dana.post(address, {**dict(preview.context["sent"]), **form, "edit": "1"})
    assert (again.status_code, again.context["form"]["roles"].value()) == (200, ["teacher"])

    assert "the vendor&#x27;s next request" in acted(
        as_dana, as_dana.post(address, {**form, "confirmed": "1"})
    )
    published.refresh_from_db()
    assert published.roles == ["teacher"]
    entry = AuditEntry.objects.get(action="sharing.changed")
    assert (entry.by_name, entry.reason) == ("dana@riverside.example", "Staff only")
    assert "Teachers" in as_dana.get(f"{DESK}{published.pk}/").content.decode()


def test_a_form_that_changes_nothing_says_so(as_dana: Client, published: Connection):
    answer = as_dana.post(f"{DESK}{published.pk}/sharing/", form_of(published), follow=True)
    assert "Nothing differs" in answer.content.decode()
    assert not AuditEntry.objects.filter(action="sharing.changed").exists()


def test_what_the_form_does_not_offer_is_kept(as_dana: Client, published: Connection, dana: Staff):
    """A school that left the data, a role of the district's own, people kept out."""
    Connection.objects.update(roles=["ext:coach", "teacher"], withheld=["users.phone"])
    changing.change_sharing(published, kept_out={"ann": "Custody"}, by=dana)
    published.refresh_from_db()
    form = form_of(published, only=["inactive"], confirmed="1")
    acted(as_dana, as_dana.post(f"{DESK}{published.pk}/sharing/", form))
    published.refresh_from_db()
    assert (published.roles, published.withheld) == (["ext:coach", "teacher"], ["users.phone"])
    assert (published.kept_out, published.inactive) == ({"ann": "Custody"}, False)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"grades_are": "some", "grades": []}, "Tick at least one grade."),
        ({"grades_are": ""}, "This field is required."),
        ({"courses_are": "some", "courses": "nothing"}, "has no course nothing"),
        ({"hidden": ["classes"]}, "can&#x27;t be hidden without"),
        ({"seen": "another"}, "Somebody has changed what this vendor may see"),
    ],
)
def test_what_makes_no_sense_is_said_and_nothing_saved(
    changed: dict[str, Any], words: str, as_dana: Client, published: Connection
):
    answer = as_dana.post(
        f"{DESK}{published.pk}/sharing/", form_of(published, confirmed="1", **changed)
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not AuditEntry.objects.filter(action="sharing.changed").exists()


def test_an_agreement_is_changed_with_old_and_new(as_dana: Client, brightpath: Connection):
    address = f"{DESK}{brightpath.pk}/agreement/"
    form = {"vendor": "Brightpath North", "agreement": "DPA-8", "expires": "2099-06-30"}
    assert as_dana.post(address, form).status_code == 302
    brightpath.refresh_from_db()
    assert (brightpath.vendor, str(brightpath.expires)) == ("Brightpath North", "2099-06-30")
    entry = AuditEntry.objects.get(action="connection.changed")
    assert entry.old == {"vendor": "Brightpath", "agreement": "", "expires": None}
    assert entry.new == {
        "vendor": "Brightpath North", "agreement": "DPA-8", "expires": "2099-06-30",
    }  # fmt: skip
    past = as_dana.post(address, {**form, "expires": "2020-01-01"})
    assert (past.status_code, "This day is past" in past.content.decode()) == (422, True)
    Connection.objects.update(status="closed")
    assert as_dana.post(address, {**form, "vendor": "Over"}).status_code == 422


def test_one_person_is_kept_out_of_one_vendor_and_let_in_again(
    as_dana: Client, as_victor: Client, published: Connection
):
    record = "/o/riverside/roster/person/record/?id=ann"
    act = f"{DESK}{published.pk}/kept-out/person/"
    assert f"{act}?id=ann" in as_dana.get(record).content.decode()
    assert act not in as_victor.get(record).content.decode()
    found = f"{DESK}{published.pk}/kept-out/?q=o%27hara"
    assert f"{act}?id=ann" in as_dana.get(found).content.decode()
    assert act not in as_victor.get(found).content.decode()
    asked = as_dana.get(act, {"id": "ann"})
    effect = [(str(name), counts["removed"]) for name, counts in asked.context["effect"]]
    assert ("Users", 1) in effect
    assert as_dana.post(act, {"id": "ann", "act": "out", "reason": " "}).status_code == 422
    page = acted(as_dana, as_dana.post(act, {"id": "ann", "act": "out", "reason": "Custody"}))
    assert "no longer reads this person." in page
    page = as_victor.get(f"{DESK}{published.pk}/kept-out/").content.decode()
    assert "Custody" in page
    assert "Let in again" not in page
    # Twice is once: a second tab doesn't undo what the first one did.
    as_dana.post(act, {"id": "ann", "act": "out", "reason": "Custody"})
    published.refresh_from_db()
    assert published.kept_out == {"ann": "Custody"}
    acted(as_dana, as_dana.post(act, {"id": "ann", "act": "in", "reason": ""}))
    published.refresh_from_db()
    assert published.kept_out == {}
