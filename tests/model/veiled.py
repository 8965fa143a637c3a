"""What a line shows while fields of it are veiled: just what it shows when they are rewritten."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from connections.models import Reading
from roster import reading, withdrawing
from roster.lease import Lease
from roster.models import Line, Organization
from tests.model.comparing import plain
from tests.model.vendors import COLLECTIONS
from tests.roster.districts import reader_of


@contextmanager
def watched() -> Iterator[None]:
    """Look, whenever a veil is lifted, whether anybody could see it."""
    lift = withdrawing._lift_one

    def watch(organization: Organization, lines: Sequence[Line] | None, lease: Lease) -> None:
        before = _seen(organization)
        lift(organization, lines, lease)
        assert _seen(organization) == before, "the veil hid something else than the rewriting"

    with patch.object(withdrawing, "_lift_one", watch):
        yield


def _seen(organization: Organization) -> dict[Any, Any]:
    """Return all that is read of each line: at its head, and where runs and pauses stand."""
    lines = Line.objects.filter(organization=organization, head__gt=0)
    found: dict[Any, Any] = {}
    for line in lines:
        found[line.pk, "head"] = _documents(line, line.head)
        runs = Reading.objects.filter(line=line).values_list("number", flat=True)
        held = line.connections.values_list("held_at", flat=True)
        for number in {*runs, *(each for each in held if each is not None)}:
            found[line.pk, number] = _documents(line, number)
    return found


def _documents(line: Line, number: int) -> list[dict[str, Any]]:
    reader = reader_of(line, number)
    return [
        plain(json.loads(text))
        for collection in COLLECTIONS
        for text in reading.page(reader, collection, None, 0, 10_000).documents
    ]
