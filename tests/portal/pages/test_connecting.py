"""A new connection: its steps, what they refuse, and what is made at their end."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from connections import sharing
from connections.models import AgreementFile, Connection, Partner
from connections.terms import change_terms
from portal.models import Staff
from roster.jobs import working
from roster.models import Import, Job, Level, Organization
from roster.publishing import refresh
from roster.refusal import Refused
from tests.cast import add_schools, certified, connected
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler

LIST, NEW = "/o/riverside/connections/", "/o/riverside/connections/new/"
PDF = b"%PDF-1.7 signed"


@pytest.fixture
def partner(db: None) -> Partner:
    return certified("Brightpath")


def filled_in(**changed: Any) -> dict[str, Any]:
    """Return the form of a plain connection with a non-partner, with changes."""
    plain = {
        "vendor_is": "other",
        "vendor": "Busy Bus",
        "acknowledged": "on",
        "oneroster": "1.1",
        "schools_are": "all",
        "enabled": "now",
    }
    return {name: value for name, value in {**plain, **changed}.items() if value is not None}


def test_a_partner_is_connected_under_a_name_of_its_own_once(
    as_dana: Client, riverside: Organization, partner: Partner
):
    form = filled_in(vendor_is=str(partner.pk), vendor="Library")
    assert as_dana.post(NEW, form).status_code == 302
    assert riverside.connections.get().title == "Brightpath: Library (1.1)"  # type: ignore[attr-defined]
    again = as_dana.post(NEW, form | {"vendor": "LIBRARY"})
    assert again.status_code == 422
    assert "There is a connection Brightpath: LIBRARY (1.1) already" in again.content.decode()
    assert as_dana.post(NEW, form | {"oneroster": "1.2"}).status_code == 302
    other = connected(riverside, by=Staff.objects.get(), vendor="Other", oneroster="1.1",
                      partner=partner)  # fmt: skip
    with pytest.raises(Refused, match="already"):
        change_terms(other, by="test", vendor="library")


def test_a_partner_is_connected_with_privacy_by_default(
    as_dana: Client, riverside: Organization, partner: Partner
):
    form = filled_in(vendor_is=str(partner.pk), vendor="", oneroster="1.2", types=["grade_book"])
    answer = as_dana.post(NEW, form)
    made = riverside.connections.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"{LIST}{made.pk}/information/"
    assert (made.vendor, made.partner, made.oneroster) == ("Brightpath", partner, "1.2")
    assert (made.types, made.all_schools, made.schools) == (["grade_book"], True, [])
    assert (made.shares, made.withheld) == ([], [])
    assert (made.status, made.created_by) == ("active", "dana@riverside.example")


def test_everything_that_was_chosen_is_kept(as_dana: Client, riverside: Organization):
    form = filled_in(
        schools_are="some",
        schools=["school-2"],
        shares=["demographics", "users.phone"],
        withheld=["users.email"],
        purpose="Bus routes",
        contact_name="Bo",
        contact_email="bo@bus.example",
        agreement="DPA-7",
        expires="2099-06-30",
        enabled="later",
    )
    assert as_dana.post(NEW, form).status_code == 302
    made = riverside.connections.get()
    assert (made.all_schools, made.schools) == (False, ["school-2"])
    assert (made.shares, made.withheld) == (["demographics", "users.phone"], ["users.email"])
    assert (made.purpose, made.agreement) == ("Bus routes", "DPA-7")
    assert (made.contact_name, made.contact_email) == ("Bo", "bo@bus.example")
    assert (str(made.expires), made.status) == ("2099-06-30", "disabled")
    assert made.unsupported_acknowledged


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"vendor_is": None}, "vendor_is"),
        ({"vendor_is": "4711"}, "vendor_is"),
        ({"vendor": " "}, "vendor"),
        ({"vendor": "x" * 201}, "vendor"),
        ({"acknowledged": None}, "acknowledged"),
        ({"oneroster": "1.0"}, "oneroster"),
        ({"types": ["grade_book"]}, "types"),
        ({"types": ["assessment"]}, "types"),
        ({"types": ["magic"]}, "types"),
        ({"schools_are": None}, "schools_are"),
        ({"schools_are": "some"}, "schools"),
        ({"schools_are": "some", "schools": ["elsewhere"]}, "schools"),
        ({"shares": ["passwords"]}, "shares"),
        ({"withheld": ["users.username"]}, "withheld"),
        ({"withheld": ["users.password"]}, "withheld"),
        ({"contact_email": "bo"}, "contact_email"),
        ({"expires": "2020-01-01"}, "expires"),
        ({"expires": "soon"}, "expires"),
        ({"enabled": None}, "enabled"),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_field(
    changed: dict[str, Any], field: str, as_dana: Client, riverside: Organization
):
    answer = as_dana.post(NEW, filled_in(**changed))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not riverside.connections.exists()


def test_a_partner_gets_only_what_it_is_certified_for(as_dana: Client, partner: Partner):
    partner.versions, partner.types = ["1.1"], []
    partner.save()
    form = filled_in(vendor_is=str(partner.pk), oneroster="1.2")
    errors = as_dana.post(NEW, form).context["form"].errors
    assert errors == {"oneroster": ["Brightpath is not certified for OneRoster 1.2."]}
    form = filled_in(vendor_is=str(partner.pk), types=["grade_book"])
    errors = as_dana.post(NEW, form).context["form"].errors
    assert errors == {"types": ["Brightpath is not certified for Grade Book Sync."]}


def test_a_form_that_failed_keeps_what_was_filled_in(as_dana: Client, riverside: Organization):
    form = filled_in(acknowledged=None, purpose="Routes & stops", shares=["demographics"])
    carried = as_dana.post(NEW, form).context["carried"]
    assert {("purpose", "Routes & stops"), ("shares", "demographics")} <= set(carried)
    page = as_dana.post(NEW, form | {"acknowledged": "on", "expires": "2020-01-01"})
    assert "Routes &amp; stops" in page.content.decode()


def test_schools_of_others_are_not_offered(
    as_dana: Client, riverside: Organization, lakeside: Organization
):
    add_schools(lakeside, "Lake School")
    page = as_dana.post(NEW, filled_in(to="sharing")).content.decode()
    assert "Adams Elementary" in page
    assert "Lake School" not in page


def test_a_vendor_with_new_rules_need_not_wait_for_the_night(
    as_dana: Client, riverside: Organization
):
    as_dana.post(NEW, filled_in())
    assert not Job.objects.exists()
    Import.objects.create(organization=riverside, name="roster.zip", state="applied")
    for name in ("Busy Bus", "Bus 2"):
        as_dana.post(NEW, filled_in(oneroster="1.2", vendor=name))
    job = Job.objects.get()
    assert (job.kind, job.organization, job.state) == ("refresh", riverside, "queued")
    made = riverside.connections.latest("pk")
    assert "Nothing to read yet" in as_dana.get(f"{LIST}{made.pk}/").content.decode()
    refresh(riverside, by="schedule")
    assert "Nothing to read yet" not in as_dana.get(f"{LIST}{made.pk}/").content.decode()
    as_dana.post(NEW, filled_in(oneroster="1.2", vendor="Bus 3"))
    job = Job.objects.get(kind="publish")
    made = riverside.connections.latest("pk")
    assert job.arguments == {"feed": made.feed_id}
    assert "Nothing to read yet" in as_dana.get(f"{LIST}{made.pk}/").content.decode()
    working.work(job.pk, "worker")
    assert "Nothing to read yet" not in as_dana.get(f"{LIST}{made.pk}/").content.decode()


def test_a_step_is_left_only_forward_when_it_is_right_and_back_always(
    as_dana: Client, riverside: Organization, partner: Partner
):
    assert as_dana.get(NEW).context["step"].name == "vendor"
    stopped = as_dana.post(NEW, {"to": "reads"})
    assert (stopped.status_code, list(stopped.context["form"].errors)) == (422, ["vendor_is"])
    given = {"vendor_is": str(partner.pk), "schools_are": "all", "enabled": "now"}
    reads = as_dana.post(NEW, given | {"to": "reads"})
    assert (reads.status_code, reads.context["step"].name) == (200, "reads")
    assert not reads.context["form"].errors
    assert ("vendor_is", str(partner.pk)) in reads.context["carried"]
    assert "Assessment Sync" not in reads.content.decode()
    skipped = as_dana.post(NEW, given | {"to": "agreement"})
    assert (skipped.status_code, skipped.context["step"].name) == (422, "reads")
    back = as_dana.post(NEW, given | {"vendor_is": "", "purpose": "Kept", "to": "vendor"})
    assert (back.status_code, ("purpose", "Kept") in back.context["carried"]) == (200, True)
    assert not riverside.connections.exists()


def test_the_only_version_of_a_partner_is_chosen_for_it(as_dana: Client, partner: Partner):
    Partner.objects.update(versions=["1.1"])
    given = {"vendor_is": str(partner.pk), "schools_are": "all", "to": "reads"}
    page = as_dana.post(NEW, given)
    assert page.context["form"]["oneroster"].value() == "1.1"
    assert "OneRoster 1.2" not in page.content.decode()


def test_what_would_be_shared_is_counted_with_examples_and_its_trouble_named(
    as_dana: Client, riverside: Organization, tmp_path: Any
):
    Bundler(tmp_path, riverside)(EVERYTHING)
    form = filled_in(roles_are="some", roles=["student"])
    page = as_dana.post(NEW, form | {"to": "count"})
    assert (page.context["step"].name, page.context["counted"]) == ("sharing", True)
    examples = {str(name): names for name, _number, names in page.context["reach"]}
    assert "Ann O'Hara" in examples["Users"]
    part = as_dana.post(NEW, form | {"to": "count"}, headers={"HX-Request": "true"})
    assert "Ann O&#x27;Hara" in part.content.decode()
    assert "<html" not in part.content.decode()
    undecided = form | {"roles": [], "to": "count"}
    assert as_dana.post(NEW, undecided).status_code == 422
    part = as_dana.post(NEW, undecided, headers={"HX-Request": "true"})
    assert "Counted once the choices" in part.content.decode()
    unknown = form | {"courses_are": "some", "courses": "nowhere", "to": "data"}
    assert "has no course nowhere" in as_dana.post(NEW, unknown).content.decode()
    data = as_dana.post(NEW, form | {"to": "data"})
    assert data.context["imported"]
    assert all(check["count"] for check in data.context["checks"])
    assert not riverside.connections.exists()


def test_grades_that_no_chosen_school_has_are_told_before_the_connection_is_made(
    as_dana: Client, riverside: Organization, tmp_path: Any
):
    Bundler(tmp_path, riverside)(EVERYTHING)
    Level.objects.create(
        organization=riverside, kind="grade_level", sourced_id="s2~2027~structure~12", name="12",
        school="s2", year=riverside.school_year,
    )  # fmt: skip
    some = {"schools_are": "some", "grades_are": "some"}
    told = {
        ("s1", "09"): [],
        ("s1", "09", "12"): ["No chosen school has students of grade 12."],
        ("s1", "s2", "09"): ["South School has no students of the chosen grades."],
        ("s1", "12"): ["No chosen school has students of the chosen grades: no student is shared."],
    }
    for chosen, warnings in told.items():
        form = filled_in(
            **some,
            schools=[each for each in chosen if each.startswith("s")],
            grades=[each for each in chosen if not each.startswith("s")],
        )
        for step in ("count", "data"):
            page = as_dana.post(NEW, form | {"to": step})
            assert page.context["warnings"] == warnings
            assert all(each in page.content.decode() for each in warnings)
    made = connected(riverside, by=Staff.objects.get(), schools=["s1", "s2"], grades=["09"])
    assert "South School has no students" in sharing.warnings(made)[0]


def test_the_sharing_of_another_connection_is_copied_with_whom_it_keeps_out(
    as_dana: Client, riverside: Organization, dana: Staff, tmp_path: Any
):
    Bundler(tmp_path, riverside)(EVERYTHING)
    example = connected(
        riverside, dana, roles=["student"], hidden=["enrollments"], withheld=["users.email"],
        kept_out={"ann": "Asked"},
    )  # fmt: skip
    form = filled_in(like=str(example.pk), to="copy")
    chosen = as_dana.post(NEW, form | {"to": "sharing"})
    assert not chosen.context["kept"]
    page = as_dana.post(NEW, form)
    assert page.context["step"].name == "sharing"
    assert page.context["form"]["roles"].value() == ["student"]
    assert [each["reason"] for each in page.context["kept"]] == ["Asked"]
    sent = {name: page.context["form"].data.getlist(name) for name in page.context["form"].data}
    as_dana.post(NEW, sent | {"to": "end"})
    made = Connection.objects.get(vendor="Busy Bus")
    assert (made.roles, made.hidden, made.kept_out) == (
        ["student"], ["enrollments"], {"ann": "Asked"},
    )  # fmt: skip


def test_people_are_kept_out_of_a_new_connection_by_name_each_with_a_reason(
    as_dana: Client, riverside: Organization, tmp_path: Any
):
    Bundler(tmp_path, riverside)(EVERYTHING)
    form = filled_in(person="o'hara, ANN", to="find")
    page = as_dana.post(NEW, form)
    assert (page.context["step"].name, [each["id"] for each in page.context["hits"]]) == (
        "sharing", ["ann"],
    )  # fmt: skip
    assert "Choose who is meant" in as_dana.post(NEW, form | {"to": "data"}).content.decode()
    unsaid = as_dana.post(NEW, form | {"to": "out ann", "why": " "})
    assert "Say why" in unsaid.content.decode()
    assert (unsaid.context["kept"], len(unsaid.context["hits"])) == ([], 1)

    page = as_dana.post(NEW, form | {"to": "out ann", "why": "Custody"})
    assert [(each["name"], each["reason"]) for each in page.context["kept"]] == [
        ("Ann O'Hara", "Custody")
    ]
    kept = {"kept_out": page.context["form"].data.getlist("kept_out")}
    again = as_dana.post(NEW, form | kept, headers={"HX-Request": "true"})
    assert "Nobody else is called" in again.content.decode()
    assert "<html" not in again.content.decode()
    assert "Choose who is meant" not in again.content.decode()

    counts = []
    for chosen in ({}, kept):
        counted = as_dana.post(NEW, filled_in(to="count", person="Jo", **chosen))
        reach = {str(name): number for name, number, _names in counted.context["reach"]}
        counts.append(reach["Users"])
    assert counts[0] - counts[1] == 1
    assert "Ann O&#x27;Hara" in as_dana.post(NEW, filled_in(to="count", **kept)).content.decode()
    last = as_dana.post(NEW, filled_in(to="agreement", **kept)).content.decode()
    assert "Who is kept out?" in last
    assert "Custody" in last
    assert as_dana.post(NEW, filled_in(to="in ann", **kept)).context["kept"] == []
    as_dana.post(NEW, filled_in(to="end", **kept))
    assert riverside.connections.get().kept_out == {"ann": "Custody"}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ('["nobody", "Why"]', "has no person nobody"),
        ('["ann", " "]', "Say why ann is kept out"),
        ("ann", "Choose again who is kept out"),
        ('["\\u0000", "Why"]', "Choose again who is kept out"),
        ('["\\ud800", "Why"]', "Choose again who is kept out"),
    ],
)
def test_who_is_kept_out_is_not_believed_as_it_comes(
    sent: str, words: str, as_dana: Client, riverside: Organization, tmp_path: Any
):
    Bundler(tmp_path, riverside)(EVERYTHING)
    answer = as_dana.post(NEW, filled_in(to="end", kept_out=[sent]))
    assert (answer.status_code, answer.context["step"].name) == (422, "sharing")
    assert words in answer.content.decode()
    assert not riverside.connections.exists()


def test_what_a_partner_asks_for_is_ticked_by_a_button(as_dana: Client, partner: Partner):
    Partner.objects.update(shares=["demographics"])
    form = filled_in(vendor_is=str(partner.pk), shares=["resources"], to="sharing")
    page = as_dana.post(NEW, form)
    assert "What Brightpath asks for" in page.content.decode()
    assert page.context["form"]["shares"].value() == ["resources"]
    page = as_dana.post(NEW, form | {"to": "profile"})
    assert sorted(page.context["form"]["shares"].value()) == ["demographics", "resources"]


def test_the_file_of_an_agreement_is_kept_opened_replaced_and_removed(
    as_dana: Client, as_victor: Client, riverside: Organization
):
    wrong = SimpleUploadedFile("dpa.pdf", b"<html>")
    answer = as_dana.post(NEW, filled_in(agreement_file=wrong))
    assert list(answer.context["form"].errors) == ["agreement_file"]
    form = filled_in(agreement_file=SimpleUploadedFile("dpa.pdf", PDF), data_elements="Names")
    as_dana.post(NEW, form)
    made = riverside.connections.get()
    address = f"{LIST}{made.pk}/agreement/"
    file = as_victor.get(f"{address}file/")
    assert b"".join(file) == PDF  # type: ignore[arg-type]
    assert file["Content-Disposition"].startswith("attachment")
    page = as_victor.get(f"{LIST}{made.pk}/").content.decode()
    assert page.index("dpa.pdf") < page.index("dana@riverside.example")
    AgreementFile.objects.update(kept="2026-01-01T00:00:00Z")
    terms = {"vendor": "Busy Bus", "data_elements": "Names, grades"}
    as_dana.post(address, terms | {"agreement_file": SimpleUploadedFile("new.pdf", PDF + b"2")})
    second = AgreementFile.objects.get()
    assert (second.name, second.kept_by) == ("new.pdf", "dana@riverside.example")
    assert second.kept.year > 2026 or second.kept.month > 1
    as_dana.post(address, terms | {"without_file": "on"})
    assert not AgreementFile.objects.exists()
    acts = riverside.audit.filter(action__startswith="agreement.").values_list("action", flat=True)
    assert list(acts) == ["agreement.removed", "agreement.kept", "agreement.kept"]
    assert Connection.objects.get().data_elements == "Names, grades"


def test_addresses_are_held_to_and_told(
    as_dana: Client, brightpath: Connection, settings: Settings
):
    settings.PUBLIC_URL = "https://testserver"
    address = f"{LIST}{brightpath.pk}/agreement/"
    terms = {"vendor": brightpath.vendor, "networks": "192.0.2.7\n2001:db8::/33x"}
    assert "2001:db8::/33x" in as_dana.post(address, terms).context["form"].errors["networks"][0]
    as_dana.post(address, terms | {"networks": "192.0.2.7\n2001:db8::/32"})
    for page in ("", "information/"):
        told = as_dana.get(f"{LIST}{brightpath.pk}/{page}").content.decode()
        assert "192.0.2.7/32, 2001:db8::/32" in told
    brightpath.refresh_from_db()
    assert brightpath.networks == ["192.0.2.7/32", "2001:db8::/32"]
