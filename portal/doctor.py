"""What is missing or weak in this installation, in words, with what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection

from portal import health
from portal.embedded import OTHERS
from portal.models import Pulse
from roster.clock import clock

MISSING, WEAK = "missing", "weak"
OLD_BACKUP = timedelta(days=7)
CLOCKS_APART = timedelta(seconds=5)
FREE = 2_000_000_000
"""Bytes that imports and refreshes of a large district need for a while."""


class Complaint(NamedTuple):
    """`state` is `missing` where something doesn't work, `weak` where it isn't as it should be."""

    about: str
    state: str
    words: str
    cure: str


def complaints() -> list[Complaint]:
    """Return what is missing or weak; nothing where all is well."""
    return [complaint for look in LOOKS for complaint in look()]


def _settings() -> Iterator[Complaint]:
    public = settings.PUBLIC_URL
    if settings.DEBUG:
        yield Complaint(
            "DEBUG",
            MISSING,
            "Pages show errors with their insides to everybody.",
            "Take DEBUG away.",
        )
    if not public.startswith("https:"):
        yield Complaint(
            "TLS", MISSING if public else WEAK,
            "Vendors can't be connected: secrets and rosters would travel in the clear."
            if public else "Only this machine can be served.",
            "Put a proxy with TLS in front, and set PUBLIC_URL to its https:// address.",
        )  # fmt: skip
    elif not settings.TRUSTED_PROXIES:
        yield Complaint(
            "proxy", WEAK,
            "All requests seem to come from the proxy, so one attacker locks out everybody.",
            "Set TRUSTED_PROXIES to the proxy's address.",
        )  # fmt: skip
    if public and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        yield Complaint(
            "e-mail", WEAK, "Alerts and invitations are written into files and reach nobody.",
            "Set EMAIL_URL to your mail server.",
        )  # fmt: skip
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    if len(apps) > 1 and not all(app["settings"]["domains"] for app in apps):
        yield Complaint(
            "sign-in", WEAK, "Each provider is believed of everybody's addresses, neighbours' too.",
            "Give each in SIGN_IN_WITH its ?domain=.",
        )  # fmt: skip


def _database() -> Iterator[Complaint]:
    state = health.state_of_database()
    if state == "unreachable":
        yield Complaint(
            "database", MISSING, "It doesn't answer.", "Start it, or correct DATABASE_URL."
        )
    elif state != "ok":
        yield Complaint(
            "database", MISSING, "It lacks tables of this release.", "python3 manage.py migrate"
        )
    elif connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            apart = abs(cursor.fetchone()[0] - clock())
        if apart > CLOCKS_APART:
            yield Complaint(
                "clock", WEAK,
                f"This machine and the database's are {apart.total_seconds():.0f} seconds apart.",
                "Let both be set by NTP.",
            )  # fmt: skip


def _servers() -> Iterator[Complaint]:
    if health.state_of_broker() != "ok":
        yield Complaint(
            "broker", MISSING, "Jobs can't be handed on.", "Start it, or correct BROKER_URL."
        )
    if health.state_of_cache() != "ok":
        yield Complaint(
            "cache", MISSING, "Attempts and requests aren't counted.",
            "Start it, or correct CACHE_URL.",
        )  # fmt: skip


def _processes() -> Iterator[Complaint]:
    try:
        states = health.states_of_processes()
        backup = Pulse.objects.filter(name="backup", at__gt=clock() - OLD_BACKUP).exists()
    except DatabaseError:
        return
    cures = {
        "worker": "celery -A portal worker, or serve, which has one with the embedded broker",
        "beat": "celery -A portal beat, or serve, which has one with the embedded broker",
    }
    for name, cure in cures.items():
        if states[name] != "ok":
            words = "It isn't heard of: nothing is refreshed or fetched by itself."
            yield Complaint(name, MISSING, words, f"Start it: {cure}.")
    if not backup:
        yield Complaint(
            "backup", WEAK, "There is none of the last seven days that this installation knows of.",
            "python3 manage.py backup PATH, every night.",
        )  # fmt: skip


def _files() -> Iterator[Complaint]:
    data = settings.ROSTERDESK_DATA
    if data.stat().st_mode & OTHERS:
        yield Complaint(
            "files", WEAK, f"Other users of this machine can look into {data}.",
            f"chmod -R go= {data}",
        )  # fmt: skip
    if shutil.disk_usage(data).free < FREE:
        yield Complaint(
            "disk", WEAK, f"Less than {FREE // 10**9} GB are free where {data} is.", "Make room."
        )


LOOKS: tuple[Callable[[], Iterator[Complaint]], ...] = (
    _settings,
    _database,
    _servers,
    _processes,
    _files,
)
