"""Staff: a colleague invited as viewer, made administrator, ended."""

from __future__ import annotations

import io
import re
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.models import Membership, Staff
from roster.jobs import work
from roster.models import AuditEntry, Job, Organization
from tests.cast import member, signed_in
from tests.mail import Sink, sink

__all__ = ["sink"]

DESK = "/o/riverside/staff/"
NEW = "nora@riverside.example"


def test_a_colleague_is_invited_looks_and_touches_nothing(as_dana: Client):
    assert as_dana.post(f"{DESK}invite/", {"email": NEW, "role": "viewer"}).status_code == 302
    link = as_dana.get(DESK).context["link"]
    assert as_dana.get(DESK).context["link"] is None
    nora = Client()
    path = link.removeprefix("http://testserver")
    form_page = nora.get(path, follow=True)
    form = {"password1": "correct horse battery", "password2": "correct horse battery"}
    nora.post(form_page.redirect_chain[-1][0], form)
    nora.force_login(Staff.objects.get(email=NEW))
    assert nora.get("/o/riverside/connections/").status_code == 200
    assert nora.get("/o/riverside/connections/new/").status_code == 403
    entry = AuditEntry.objects.get(action="member.appointed")
    assert entry.new == {"email": NEW, "role": "viewer"}


def test_the_link_of_an_account_of_others_is_not_given_away(
    as_dana: Client, lakeside: Organization, liz: Staff
):
    waiting = Staff.objects.create_user(NEW)
    Membership.objects.create(staff=waiting, organization=lakeside, role="admin")
    Staff.objects.update(proven=True)
    for email in (liz.email, NEW):
        as_dana.post(f"{DESK}invite/", {"email": email, "role": "viewer"})
        assert as_dana.get(DESK).context["link"] is None
    assert waiting.memberships.count() == 2


def test_who_invites_an_address_of_others_first_gets_no_foot_into_their_door(
    as_dana: Client, liz: Staff, sink: Sink
):
    lizs = signed_in(liz)
    lizs.post("/o/lakeside/staff/invite/", {"email": NEW, "role": "viewer"})
    set_password(lizs.get("/o/lakeside/staff/").context["link"], "chosen by liz")
    refused = as_dana.post(f"{DESK}invite/", {"email": NEW, "role": "admin"})
    assert refused.status_code == 422
    assert "nobody has shown yet that the address is theirs" in refused.content.decode()
    nora = Staff.objects.get(email=NEW)
    assert nora.memberships.get().organization.slug == "lakeside"
    set_password(mailed_link(NEW, sink), "chosen by nora")
    assert as_dana.post(f"{DESK}invite/", {"email": NEW, "role": "admin"}).status_code == 302
    assert as_dana.get(DESK).context["link"] is None
    nora.refresh_from_db()
    assert nora.check_password("chosen by nora")
    assert nora.memberships.count() == 2


def test_a_mail_proves_nothing_beside_the_second_factor_of_somebody_else(
    as_dana: Client, liz: Staff, sink: Sink
):
    Authenticator.objects.create(user=liz, type=Authenticator.Type.WEBAUTHN, data={})
    set_password(mailed_link(liz.email, sink), "chosen by liz")
    assert as_dana.post(f"{DESK}invite/", {"email": liz.email, "role": "admin"}).status_code == 422
    call_command("reset_sign_in", liz.email, "--json", stdout=io.StringIO())
    assert as_dana.post(f"{DESK}invite/", {"email": liz.email, "role": "admin"}).status_code == 302
    assert as_dana.get(DESK).context["link"] is None


def test_nobody_becomes_an_operator_by_an_account_that_others_made(liz: Staff):
    with pytest.raises(CommandError, match="nobody has shown yet"):
        call_command("create_admin", liz.email, "--operator")
    liz.refresh_from_db()
    assert not liz.is_operator


def mailed_link(email: str, sink: Sink) -> str:
    """Ask for a new password as anybody may; return the link in the mail."""
    Client().post("/account/password/reset/", {"email": email})
    for job in Job.objects.filter(kind="password"):
        work(job.pk, "worker")
    found = re.search(r"https://desk\.example/account/\S+", str(sink.got[-1][1]))
    assert found
    return found[0]


def set_password(link: str, password: str) -> None:
    browser, path = Client(), urlsplit(link).path
    form = browser.get(path, follow=True).redirect_chain[-1][0]
    answer = browser.post(form, {"password1": password, "password2": password})
    assert answer.status_code == 302


def test_roles_change_but_one_administrator_stays(as_dana: Client, victor: Staff, dana: Staff):
    answer = as_dana.post(f"{DESK}{dana.pk}/role/", follow=True)
    assert "This is the last administrator here." in answer.content.decode()
    assert as_dana.post(f"{DESK}{dana.pk}/end/").status_code == 422
    as_dana.post(f"{DESK}{victor.pk}/role/")
    assert victor.memberships.get().role == "admin"
    as_dana.post(f"{DESK}{victor.pk}/role/")
    assert victor.memberships.get().role == "viewer"


def test_who_is_ended_sees_nothing_at_the_next_click(
    as_dana: Client, as_victor: Client, victor: Staff, riverside: Organization
):
    assert "from their next click on" in as_dana.get(f"{DESK}{victor.pk}/end/").content.decode()
    assert as_dana.post(f"{DESK}{victor.pk}/end/", {"reason": "Retired"}).status_code == 302
    assert as_victor.get("/o/riverside/")["Location"].startswith("/sign-in/")
    entry = AuditEntry.objects.get(action="member.ended")
    assert (entry.reason, entry.object_id) == ("Retired", str(victor.pk))


def test_who_serves_others_too_stays_signed_in_for_them(
    as_dana: Client, victor: Staff, lakeside: Organization
):
    Membership.objects.create(staff=victor, organization=lakeside, role="viewer")
    browser = signed_in(victor)
    as_dana.post(f"{DESK}{victor.pk}/end/")
    assert browser.get("/o/riverside/").status_code == 404
    assert browser.get("/o/lakeside/").status_code == 200


def test_staff_of_others_are_not_there(as_dana: Client, liz: Staff):
    for act in ("role", "end"):
        assert as_dana.post(f"{DESK}{liz.pk}/{act}/").status_code == 404
    assert liz.memberships.count() == 1


def test_many_colleagues_ask_the_database_no_more_often(as_dana: Client, riverside: Organization):
    counts = []
    for number in (2, 12):
        while riverside.memberships.count() < number:
            who = f"n{riverside.memberships.count()}@riverside.example"
            member(who, "", riverside, "viewer")
        with CaptureQueriesContext(database) as queries:
            assert as_dana.get(DESK).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
