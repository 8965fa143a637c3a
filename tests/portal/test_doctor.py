"""The doctor finds what is wrong, and nothing where all is well."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection

from portal import doctor, issuers
from portal.alerting import pulses
from portal.models import Pulse
from roster.clock import clock


@pytest.fixture
def well(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An installation in production in which all is well."""
    settings.PUBLIC_URL = "https://roster.example"
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.ROSTERDESK_DATA.chmod(0o700)
    monkeypatch.setattr(doctor, "FREE", 0)
    for name in (*pulses.NAMES, "backup"):
        pulses.pulse(name)
    return settings


def told() -> dict[str, str]:
    return {each.about: each.state for each in doctor.complaints()}


def test_where_all_is_well_there_is_nothing_to_say(well: Any) -> None:
    assert told() == {}


@pytest.mark.parametrize(
    ("name", "value", "about", "state"),
    [
        ("DEBUG", True, "DEBUG", "missing"),
        ("PUBLIC_URL", "http://roster.example", "TLS", "missing"),
        ("PUBLIC_URL", "", "TLS", "weak"),
        ("TRUSTED_PROXIES", [], "proxy", "weak"),
        ("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend", "e-mail", "weak"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    well: Any, name: str, value: object, about: str, state: str
) -> None:
    setattr(well, name, value)
    assert told()[about] == state


def test_providers_that_are_believed_of_everybody(well: Any) -> None:
    for second, expected in (("?name=B", {"sign-in": "weak"}), ("?name=B&domain=b.example", {})):
        given = f"https://id:s@a.example?domain=a.example https://id:s@b.example{second}"
        apps = [each.app for each in issuers.read(given)]
        well.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}}
        assert told() == expected


def test_processes_and_backups_that_nobody_has_heard_of(well: Any) -> None:
    for name, age in (("worker", 4 * 60), ("beat", 4 * 60), ("backup", 8 * 86_400)):
        Pulse.objects.filter(name=name).update(at=clock() - timedelta(seconds=age))
    assert told() == {"worker": "missing", "beat": "missing", "backup": "weak"}
    Pulse.objects.all().delete()
    assert set(told()) == {"worker", "beat", "backup"}


def test_files_that_are_open_to_others(well: Any) -> None:
    well.ROSTERDESK_DATA.chmod(0o755)
    try:
        assert told() == {"files": "weak"}
    finally:
        well.ROSTERDESK_DATA.chmod(0o700)


def test_tables_of_another_release(well: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.health.missing_migrations", lambda: 2)
    assert told() == {"database": "missing"}


def test_a_clock_that_is_off(well: Any) -> None:
    with time_machine.travel(clock() + timedelta(seconds=30)):
        assert told() == ({"clock": "weak"} if connection.vendor == "postgresql" else {})


def test_a_database_that_is_away_is_one_complaint(
    well: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> int:
        raise OperationalError("gone")

    monkeypatch.setattr("portal.health.missing_migrations", away)
    assert told() == {"database": "missing"}
