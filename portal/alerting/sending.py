"""Tells once by e-mail what needs a person: each condition is a row, kept when it is over."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from portal.alerting.conditions import Condition, conditions, of_installation
from portal.models import Alert, Membership, Staff
from roster.clock import clock
from roster.database import locks
from roster.models import Organization

log = logging.getLogger(__name__)


def tell() -> int:
    """Send what is new and end what is over; return how many e-mails went out.

    One process at a time does. What a mail server doesn't take is tried again by the next call.
    """
    with locks.lock("alerts") as free:
        if not free:
            return 0
        sent = _tell(None, of_installation())
        for organization in Organization.objects.order_by("pk"):
            with translation.override(organization.language):
                sent += _tell(organization, conditions(organization))
        return sent


def _tell(organization: Organization | None, now: list[Condition]) -> int:
    rows = Alert.objects.filter(organization=organization)
    true = {each.key: each for each in now}
    rows.filter(ended__isnull=True).exclude(key__in=true).update(ended=clock())
    if not true:
        return 0
    rows.filter(key__in=true, ended__isnull=False).update(ended=None)
    known = set(rows.filter(key__in=true).values_list("key", flat=True))
    Alert.objects.bulk_create(
        Alert(organization=organization, key=key, subject=each.subject[:200])
        for key, each in true.items()
        if key not in known
    )
    waiting = rows.filter(key__in=true, sent__isnull=True).order_by("pk")
    return sum(_send(alert, true[alert.key]) for alert in waiting)


def _send(alert: Alert, condition: Condition) -> bool:
    recipients = recipients_of(alert.organization)
    if recipients:
        try:
            _mail(alert.organization, condition, recipients).send()
        except (OSError, SMTPException) as error:
            log.warning(
                "An alert wasn't sent; it is tried again: %s", type(error).__name__,
                extra={"alert": alert.pk},
            )  # fmt: skip
            return False
    Alert.objects.filter(pk=alert.pk).update(sent=clock())
    return bool(recipients)


def _mail(
    organization: Organization | None, condition: Condition, recipients: list[str]
) -> EmailMessage:
    where = organization.name if organization else "Rosterdesk"
    # The host is left out where the installation doesn't know its own.
    link = settings.PUBLIC_URL.rstrip("/") + address(organization, condition)
    context = {"condition": condition, "where": where, "address": link}
    body = render_to_string("alerts/mail.txt", context)
    return EmailMessage(f"{where}: {condition.subject}", body, to=recipients)


def address(organization: Organization | None, condition: Condition) -> str:
    """Return where to look, as a path of the portal."""
    given = [organization.slug] if organization else []
    if condition.argument is not None:
        given.append(condition.argument)  # type: ignore[arg-type]
    return reverse(condition.page, args=given)


def recipients_of(organization: Organization | None) -> list[str]:
    """Return who gets an organization's alerts: by its setting, else its administrators; of the
    installation, its operators.
    """
    if organization is None:
        return _addresses(Staff.objects.filter(is_operator=True))
    if organization.alert_recipients:
        return list(organization.alert_recipients)
    members = Membership.objects.filter(organization=organization, role=Membership.Role.ADMIN)
    return _addresses(Staff.objects.filter(memberships__in=members))


def _addresses(staff: QuerySet[Staff]) -> list[str]:
    active = staff.filter(is_active=True).order_by("email")
    return list(active.values_list("email", flat=True).distinct())
