"""The importer takes everything that the generator makes, with nothing found but what it plants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roster.generator.making import Made, make_bundle
from roster.generator.streams import Extras
from roster.importing import import_bundle
from roster.models import Import, Mark, Organization
from tests.roster.importing.test_mangled import live

STUDENTS = 500
EVERYTHING = Extras(guardians=True, gradebook=True, resources=True)

versions = pytest.mark.parametrize("version", ["1.1", "1.2"])


class Maker:
    """Makes nights of a district and imports them into Riverside."""

    def __init__(self, folder: Path, organization: Organization) -> None:
        self.path, self.organization = folder / "bundle.zip", organization

    def make(self, version: str, **options: Any) -> Made:
        options = {"extras": EVERYTHING, "school_year": 2027, **options}
        return make_bundle(self.path, STUDENTS, oneroster=version, **options)

    def load(self) -> Import:
        return import_bundle(self.organization, self.path, by="Dana")


@pytest.fixture
def maker(tmp_path: Path, riverside: Organization) -> Maker:
    return Maker(tmp_path, riverside)


def found(done: Import) -> dict[tuple[str, str], int]:
    return {(finding.code, finding.column): finding.occurrences for finding in done.findings.all()}


@versions
def test_a_whole_district_is_taken_with_the_expected_findings(maker: Maker, version: str) -> None:
    made = maker.make(version)
    done = maker.load()
    assert found(done) == {("missing", "username"): made.oddities["people_without_username"]}
    # Rows that fill a field of other rows, such as links to scales, update these.
    assert {
        name: counts["created"] + counts["updated"]
        for name, counts in done.counts.items()
        if name in made.files and "Objective" not in name
    } == {name: rows for name, rows in made.files.items() if "Objective" not in name}
    marked = sum(count for name, count in made.oddities.items() if name.startswith("marked_"))
    assert Mark.objects.filter(organization=maker.organization).count() == marked


@versions
def test_strict_leaves_nothing_to_find(maker: Maker, version: str) -> None:
    maker.make(version, strict=True)
    assert found(maker.load()) == {}


@versions
def test_the_next_night_changes_what_the_generator_says(maker: Maker, version: str) -> None:
    maker.make(version)
    maker.load()
    for night in (1, 2, 3):
        changes = maker.make(version, night=night).changes
        counts = maker.load().counts
        came = changes["students_new"] + changes.get("students_returned", 0)
        demographics = counts["demographics.csv"]
        assert demographics["created"] == changes["students_new"]
        assert demographics["retired"] == changes["students_left"]
        assert demographics["created"] + demographics["updated"] == came
        assert counts["classes.csv"]["updated"] == changes["classes_renamed"]
        assert counts["courses.csv"]["unchanged"] == counts["courses.csv"]["read"]


@versions
def test_a_night_as_a_delta_comes_to_the_same_as_in_bulk(maker: Maker, version: str) -> None:
    maker.make(version)
    maker.load()
    maker.make(version, night=1, delta=True)
    done = maker.load()
    assert done.counts["users.csv"]["updated"]
    as_delta = live()
    maker.make(version, night=1)
    again = maker.load()
    assert live() == as_delta
    assert not any(counts["created"] + counts["updated"] for counts in again.counts.values())
