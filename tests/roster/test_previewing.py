"""What marks would take away, before anybody sets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster.models import Mark, Organization
from roster.previewing import effect_of_marks
from tests.roster.importing.bundles import EVERYTHING
from tests.roster.importing.conftest import Bundler


@pytest.fixture
def riverside(tmp_path: Path, db: None) -> Organization:
    organization = Organization.objects.create(
        slug="riverside", name="Riverside", school_year="2027"
    )
    Bundler(tmp_path, organization)(EVERYTHING)
    return organization


@pytest.mark.parametrize(
    ("kind", "ids", "effect"),
    [
        ("section", [], {}),
        ("result", ["x1"], {"results": 1}),
        ("line_item", ["l1"], {"lineItems": 1, "results": 1}),
        (
            "section",
            ["k1"],
            # The year and its term were told for the sake of this class.
            {
                "academicSessions": 2,
                "classes": 1,
                "enrollments": 2,
                "scoreScales": 2,
                "lineItems": 1,
                "results": 1,
            },
        ),
        ("person", ["tom"], {"users": 1, "enrollments": 1}),
        # Her mother is seen for her sake only.
        ("person", ["ann"], {"users": 2, "enrollments": 1, "demographics": 1, "results": 1}),
    ],
)
def test_the_effect_of_marks_is_told_by_collection(
    kind: str, ids: list[str], effect: dict[str, int], riverside: Organization
) -> None:
    assert effect_of_marks(riverside, kind, ids) == effect
    assert not Mark.objects.exists()
