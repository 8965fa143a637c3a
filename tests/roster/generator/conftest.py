"""One generated district of each version, made once, for all tests of the generator."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster.generator.making import NONE, Made, make_bundle
from roster.generator.streams import Extras
from tests.roster.generator import reading

STUDENTS = 2000
ALL = Extras(guardians=True, gradebook=True, resources=True)


class Generated:
    """A bundle of 2,000 students, what the generator said of it, and what is really in it."""

    def __init__(self, version: str, path: Path, extras: Extras = NONE) -> None:
        self.version, self.path = version, path
        self.made: Made = make_bundle(
            path, STUDENTS, oneroster=version, school_year=2026, extras=extras
        )
        self.texts = reading.texts(path)
        self.tables = reading.tables(path)

    def __getitem__(self, name: str) -> reading.Rows:
        return self.tables[name]

    def posts(self) -> list[tuple[str, str, str]]:
        """Gives user, role and org of every assignment, whichever version says it how."""
        if self.version == "1.1":
            return [
                (user["sourcedId"], user["role"], org)
                for user in self["users"]
                for org in reading.ids(user["orgSourcedIds"])
            ]
        return [(row["userSourcedId"], row["role"], row["orgSourcedId"]) for row in self["roles"]]


@pytest.fixture(scope="session")
def districts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Generated]:
    folder = tmp_path_factory.mktemp("districts")
    return {version: Generated(version, folder / f"{version}.zip") for version in ("1.1", "1.2")}


@pytest.fixture(scope="session")
def full_districts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Generated]:
    folder = tmp_path_factory.mktemp("full")
    return {
        version: Generated(version, folder / f"{version}.zip", ALL) for version in ("1.1", "1.2")
    }


@pytest.fixture(params=["1.1", "1.2"])
def full(request: pytest.FixtureRequest, full_districts: dict[str, Generated]) -> Generated:
    """A district with guardians, a gradebook and resources, which therefore has lived."""
    return full_districts[request.param]


@pytest.fixture(params=["1.1", "1.2"])
def district(request: pytest.FixtureRequest, districts: dict[str, Generated]) -> Generated:
    return districts[request.param]
