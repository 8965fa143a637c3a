"""What is decided of a generated district, whole and mangled, is what the rules say.

Fifty sets of rules and marks for each version, each of a district made from a seed of its own:

    MODEL_EXAMPLES=50 python3 manage.py test -- tests/model/test_generated.py -p no:xdist
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from roster import hierarchy
from roster.generator.making import make_bundle
from roster.generator.streams import Extras
from roster.importing import import_bundle
from roster.marks.bundled import mark_from_bundles
from roster.models import Mark, Organization
from roster.organizations import create_organization
from tests.model import districts, sharing
from tests.model.comparing import differences
from tests.model.ground import Ground
from tests.model.mangling import mangle
from tests.model.profiles import profile
from tests.model.test_visibility import NOON, decided, undone
from tests.oracle import evaluate
from tests.oracle.district import District

STUDENTS = 60
"""The fewest for which there are several schools."""

SEEDS = st.integers(min_value=1, max_value=1_000_000)

MARKS = 4


def imported(path: Path, seed: int) -> Organization:
    every = Extras(guardians=True, gradebook=True, resources=True)
    make_bundle(path, STUDENTS, oneroster="1.2", school_year=2027, seed=seed, extras=every)
    organization = create_organization("riverside", "Riverside", by="test")
    import_bundle(organization, path, by="test")
    organization.refresh_from_db()
    return organization


def pools(district: District) -> sharing.Pools:
    """Return what a connection of this district may choose among."""
    return sharing.Pools(
        [org for org in sorted(district.orgs) if district.is_school(org)],
        sorted({code for user in district.users.values() for code in user.grades}),
        sorted(district.courses),
        sorted({name for course in district.courses.values() for name in course.subjects}),
        sorted(district.users),
    )


def mark(organization: Organization, district: District, random: Random) -> None:
    """Mark some levels, each kind as likely as the other."""
    by_kind: dict[str, list[str]] = {}
    for kind, sourced_id in Ground(district).levels():
        by_kind.setdefault(kind, []).append(sourced_id)
    for _ in range(random.randint(0, MARKS)):
        kind = random.choice(sorted(by_kind))
        sourced_id = random.choice(by_kind[kind])
        Mark.objects.get_or_create(
            organization=organization, kind=kind, sourced_id=sourced_id, source="person"
        )


def left(organization: Organization, random: Random) -> None:
    """Leave the rows as they were imported."""


@pytest.mark.django_db
@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("spoil", [left, mangle])
def test_a_generated_district_is_seen_as_the_rules_say(
    tmp_path: Path, version: str, spoil: Callable[[Organization, Random], None]
) -> None:
    @profile(4)
    @given(st.data())
    def compare(data: Any) -> None:
        seed = data.draw(SEEDS, "the district's seed")
        random = data.draw(st.randoms(use_true_random=True), "rows and marks")
        with time_machine.travel(NOON, tick=False), undone():
            riverside = imported(tmp_path / "bundle.zip", seed)
            spoil(riverside, random)
            hierarchy.derive(riverside)
            mark_from_bundles(riverside)
            mark(riverside, District(riverside), random)
            district = District(riverside)
            rules = sharing.rules(data.draw, version, pools(district))
            must = evaluate(district, version, rules, districts.TODAY, riverside.field_policy)
            said = differences(decided(riverside, version, rules), must)
            assert not said, f"{version} {rules}\n" + "\n".join(said[:20])

    compare()
