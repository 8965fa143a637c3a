"""Passwords that are set by a link: of an invitation, or of an e-mail that was asked for.

Whoever asks for the e-mail is answered alike, and as fast, whether there is such an account or
not: either way one job is queued, and the worker looks whether there is anything to send. A mail
server that is down keeps no page waiting; it is asked again until it answers.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from smtplib import SMTPException
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from portal.models import Staff
from portal.signing_in import links
from portal.signing_in.forms import Labelled
from portal.signing_in.history import BY, note
from roster import jobs
from roster.api.addresses import origin_of
from roster.clock import clock
from roster.jobs.attempts import Later
from roster.jobs.progress import Progress
from roster.models import Job
from roster.refusal import Refused

KIND = "password"
AGAIN = timedelta(minutes=1)
PATIENCE = timedelta(hours=6)
"""How long a mail server is asked again: afterwards nobody waits for the e-mail any more."""


class ResetForm(Labelled, ResetPasswordForm):  # type: ignore[misc]
    """The form on which a new password is asked for."""

    labels = {"email": _l("E-mail address")}

    def save(self, request: HttpRequest, **_: Any) -> str:
        """Queue the job; the address isn't kept with it, only whose it is."""
        staff = next(iter(self.users), None)
        jobs.enqueue(
            KIND,
            organization=None,
            key=f"{KIND}:{secrets.token_hex(8)}",
            arguments={"staff": staff and staff.pk, "origin": origin_of(request)},
            by=BY,
        )
        return str(self.cleaned_data["email"])


def send(job: Job, progress: Progress) -> dict[str, Any]:
    """Send the link that was asked for, if there is an account to send it to."""
    staff = Staff.objects.filter(pk=job.arguments["staff"], is_active=True).first()
    if staff is None:
        return {}
    try:
        _mail(staff, job.arguments["origin"]).send()
    except (OSError, SMTPException) as error:
        if clock() - job.created > PATIENCE:
            raise Refused("The mail server didn't take it for six hours.") from error
        raise Later("The mail server didn't take it.", clock() + AGAIN) from error
    note("password.link_sent", staff, BY)
    return {}


def _mail(staff: Staff, origin: str) -> EmailMessage:
    link = origin + links.path(staff, links.mailed)
    with translation.override(staff.language or settings.LANGUAGE_CODE):
        body = render_to_string("account/reset_mail.txt", {"link": link})
        return EmailMessage(_("Rosterdesk: choose a new password"), body, to=[staff.email])
