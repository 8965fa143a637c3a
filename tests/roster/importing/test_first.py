"""A first load, whose rows are stored as they are read, stores and tells what any other does."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from roster.importing.files import FILES
from roster.models import Agent, Level, Mark, Organization
from roster.refusal import Refused
from tests.roster.importing.bundles import EVERYTHING, V1P1, Files
from tests.roster.importing.cases import (
    MARK,
    Change,
    add,
    bundle,
    cell,
    changed,
    column,
    row,
    text,
    without,
    without_column,
)
from tests.roster.importing.conftest import Bundler

ODDITIES: dict[str, tuple[Change, ...]] = {
    "nothing": (),
    "a row twice": (text("users", lambda said: said + said.splitlines()[1] + "\n"),),
    "a row twice, once marked": (
        text("users", lambda said: said + said.splitlines()[1].rsplit(",", 1)[0] + ",true\n"),
    ),
    "two rows of one id": (add("enrollments", "e-ann", "e-eve"),),
    "dates of another form": (column("enrollments", "beginDate", "8/20/2026", "13/20/2026"),),
    "a slipped row": (row("users", "ann", lambda cells: [*cells[:3], *cells[4:]]),),
    "a row too long": (row("classes", "k1", lambda cells: [*cells, "x"]),),
    "an unknown word": (cell("users", "ann", "enabledUser", "perhaps"),),
    "no word on accounts": (without_column("users", "enabledUser"),),
    "retired": (cell("users", "ann", "status", "tobedeleted"),),
    "marks": (column("users", MARK, "yes", "perhaps", ""),),
    "nobody": (text("users", lambda said: said.splitlines()[0] + "\n"),),
    "no enrollments": (without("enrollments"),),
    "a reference to nowhere": (cell("enrollments", "e-ann", "userSourcedId", "nobody"),),
    "usernames alike": (cell("users", "ann", "username", "EVE"), cell("users", "eve", "email", "")),
}
EMPTY: Files = {
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
}
OWN = ("id", "organization_id", "last_modified")


def loaded(folder: Path, files: Files, version: str, *, later: bool) -> dict[str, Any]:
    """Import a bundle into a new organization, `later` after one in which nothing was."""
    folder = folder / f"later-{later}"
    folder.mkdir()
    organization = Organization.objects.create(
        slug=f"riverside-{later}", name="Riverside", school_year="2027"
    )
    load = Bundler(folder, organization)
    if later:
        load(EMPTY, version)
    with contextlib.suppress(Refused):
        load(files, version)
    done = organization.imports.latest("pk")
    models: set[Any] = {file.model for file in FILES.values()} | {Agent, Level, Mark}
    return {
        model.__name__: sorted(
            str([value for name, value in each.items() if name not in (*OWN, "at", "about")])
            for each in model.objects.filter(organization=organization).values()
        )
        for model in models
    } | {
        "state": done.state,
        "counts": {name: count for name, count in done.counts.items() if sum(count.values())},
        "numbers": done.numbers,
        "findings": sorted(
            done.findings.values_list("code", "file", "row", "column", "value", "occurrences"),
            key=str,
        ),
    }


@pytest.mark.parametrize("odd", ODDITIES)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_first_load_stores_what_a_later_one_does(
    odd: str, version: str, tmp_path: Path, db: None
) -> None:
    files = changed(bundle(version), ODDITIES[odd])
    first, later = (loaded(tmp_path, files, version, later=each) for each in (False, True))
    assert first == later
    assert first["Org"]


@pytest.mark.parametrize(("files", "version"), [(EVERYTHING, "1.2"), (V1P1, "1.1")])
def test_so_does_one_of_every_file(files: Files, version: str, tmp_path: Path, db: None) -> None:
    first, later = (loaded(tmp_path, files, version, later=each) for each in (False, True))
    assert first == later
    assert first["User"]


def test_a_first_load_that_is_refused_leaves_nothing(load: Bundler) -> None:
    bad = EVERYTHING | {"enrollments.csv": EVERYTHING["enrollments.csv"].replace("e2,", 'e2",')}
    with pytest.raises(Refused):
        load(bad, strict=True)
    for file in FILES.values():
        assert not file.model.objects.exists()
    assert load(EVERYTHING).counts["users.csv"]["created"] == 3
