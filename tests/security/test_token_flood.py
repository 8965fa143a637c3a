"""Who knows a client id, but no secret, can't fill the district's log."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from connections import views
from connections.models import Request
from tests.connections.conftest import Vendor, connected
from tests.security.conftest import riverside

__all__ = ["riverside"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_refusals_are_logged_up_to_a_number_a_minute(
    riverside: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(views, "REFUSALS_LOGGED", 3)
    vendor: Vendor = connected(riverside)  # type: ignore[arg-type]
    for _ in range(6):
        assert vendor.ask(client_secret="wrong").status_code == 401
    assert Request.objects.filter(status=401).count() == 3
    assert vendor.ask().status_code == 200
    assert Request.objects.filter(status=200).count() == 1
