"""Pages take nothing of a browser that they don't need."""

from __future__ import annotations

from django.test import Client


def test_no_page_may_watch_locate_or_pay(client: Client):
    policy = client.get("/docs/").headers["Permissions-Policy"]
    for power in ("camera", "geolocation", "microphone", "payment"):
        assert f"{power}=()" in policy
