"""An installation as `portal/deploy/` says, with a district and vendors in it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import django

from tests.deploy.production import Production, production
from tests.load import district


@contextlib.contextmanager
def installed(students: int, vendors: int) -> Iterator[tuple[Production, list[dict[str, Any]]]]:
    """Yield it, running, and what its vendors are told."""
    with production() as desk:
        os.environ |= desk.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
        django.setup()
        yield desk, district.publish(desk.folder, students, vendors)
