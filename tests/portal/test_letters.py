"""Letters to a vendor's contact: what they say, to whom they go, and that no secret is in them."""

from __future__ import annotations

import io
import json
from datetime import date
from smtplib import SMTPException
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.test import Client

from connections import credentials, lifecycle
from connections.models import Connection
from portal import letters
from portal.models import Staff
from roster.models import AuditEntry, Organization, Rollover
from roster.refusal import Refused
from tests.cast import (  # noqa: F401
    as_dana,
    brightpath,
    dana,
    riverside,
)

DAY = date(2099, 6, 30)


@pytest.fixture
def known(brightpath: Connection) -> Connection:  # noqa: F811
    """Brightpath with a contact, paused until a day, with a last day and no second secret."""
    Organization.objects.update(contact_name="Dana", contact_email="dana@riverside.example")
    Connection.objects.filter(pk=brightpath.pk).update(
        status="paused", active_on=DAY, agreement_ends=DAY, agreement="DPA-9",
        contact_name="Bea", contact_email="bea@brightpath.example",
    )  # fmt: skip
    return Connection.objects.select_related("organization").get(pk=brightpath.pk)


def address(connection: Connection, kind: str) -> str:
    return f"/o/riverside/connections/{connection.pk}/letters/{kind}/"


def test_letters_say_what_is_settled_and_hold_no_secret(known: Connection, dana: Staff):  # noqa: F811
    assert [name for name, _ in letters.offered(known)] == ["pause", "expiry"]
    with pytest.raises(Refused, match="new secret first"):
        letters.compose(known, "rotation")
    with pytest.raises(Refused, match="rollover first"):
        letters.compose(known, "rollover")
    Rollover.objects.create(
        organization=known.organization, before="2027", after="2028", day=DAY, by_name="Dana"
    )
    secret = credentials.rotate(known, by=dana)
    credentials.set_last_day(known, DAY, newer=False, by=dana)
    written = {name: letters.compose(known, name) for name, _ in letters.offered(known)}
    assert written.keys() == letters.KINDS.keys() - {"deletion"}
    for letter in written.values():
        assert letter.to == "bea@brightpath.example"
        assert "Riverside" in letter.subject
        assert letter.text.startswith("Dear Bea,\n\n")
        assert "30 June 2099" in letter.text
        assert letter.text.endswith("Dana\ndana@riverside.example\nRiverside\n")
        for hidden in (secret, secret[-4:], known.client.client_id, "%("):
            assert hidden not in letter.text + letter.subject
    assert "DPA-9" in written["expiry"].text


def test_a_letter_is_read_and_sent(as_dana: Client, known: Connection):  # noqa: F811
    page = as_dana.get(address(known, "expiry")).content.decode()
    assert "DPA-9" in page
    assert not mail.outbox
    assert as_dana.post(address(known, "expiry")).status_code == 302
    (sent,) = mail.outbox
    assert (sent.to, sent.reply_to) == (["bea@brightpath.example"], ["dana@riverside.example"])
    assert sent.body == letters.compose(known, "expiry").text
    entry = AuditEntry.objects.get(action="letter.sent")
    assert entry.new == {"letter": "expiry", "to": "bea@brightpath.example"}
    assert as_dana.get(address(known, "ransom")).status_code == 404
    refused = as_dana.post(address(known, "rotation"))
    assert (refused.status_code, len(mail.outbox)) == (422, 1)


def test_a_vendor_whose_connection_is_closed_is_asked_to_delete(
    as_dana: Client,  # noqa: F811
    known: Connection,
    dana: Staff,  # noqa: F811
):
    with pytest.raises(Refused, match="Close the connection first"):
        letters.compose(known, "deletion")
    lifecycle.close(known, by=dana)
    assert [name for name, _ in letters.offered(known)] == ["expiry", "deletion"]
    page = as_dana.get(f"/o/riverside/connections/{known.pk}/").content.decode()
    assert address(known, "deletion") in page
    text = letters.compose(known, "deletion").text
    assert "DPA-9" in text
    assert "confirm to us in writing" in text


def test_a_letter_is_written_and_sent_by_command(known: Connection):
    def told(*more: str) -> Any:
        out = io.StringIO()
        call_command(
            "write_letter", "riverside", str(known.pk), "pause", "--json", *more, stdout=out
        )
        return json.loads(out.getvalue())

    assert told()["sent"] is False
    assert not mail.outbox
    assert told("--send")["text"] == mail.outbox[0].body


def test_mail_that_is_not_taken_is_told_and_not_written_down(
    known: Connection, dana: Staff, monkeypatch: pytest.MonkeyPatch  # noqa: F811
):  # fmt: skip
    def refuse(*_: Any) -> int:
        raise SMTPException("greylisted")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    with pytest.raises(Refused, match="could not be sent"):
        letters.send(known, "pause", by=dana)
    known.contact_email = ""
    with pytest.raises(Refused, match="no contact"):
        letters.send(known, "pause", by=dana)
    assert not AuditEntry.objects.filter(action="letter.sent").exists()
