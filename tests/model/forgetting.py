"""Emptying what the product keeps for speed alone."""

from __future__ import annotations

from roster import map as maps
from roster import reading
from roster.models import Rendered
from tests.model import comparing


def forget(*, rendered: bool = False) -> None:
    """Empty every cache of this process, and on demand that of rendered documents."""
    reading.forget()
    maps.forget()
    comparing.forget()
    if rendered:
        Rendered.objects.all().delete()
