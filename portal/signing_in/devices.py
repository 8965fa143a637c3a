"""A browser's long name for itself, in the words that people have for their devices."""

from __future__ import annotations

from django.utils.translation import gettext as _

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
"""What stands in the name, and who says so. Many name others: the first that is found counts."""

SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """Return browser and system of a `User-Agent` header, as “Firefox · Windows”."""
    found = [_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)]
    return " · ".join(name for name in found if name) or _("unknown device")


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for part, name in table if part in text), "")
