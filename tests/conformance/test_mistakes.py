"""The table of mistakes fits the product as it is; whether they are found is told by command."""

from __future__ import annotations

from tests.conformance.mistakes import MUTATIONS
from tests.mutating import lost


def test_every_mistake_can_still_be_made() -> None:
    assert lost(MUTATIONS) == []
    assert len({(row.file, row.old, row.new) for row in MUTATIONS}) == len(MUTATIONS) >= 15
