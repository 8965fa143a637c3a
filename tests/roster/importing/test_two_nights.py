"""Nobody and nothing that was hidden is seen after a bad night, whatever is wrong with one thing.

`MODEL_EXAMPLES=5000` looks at as many nights, drawn at random.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis.strategies import SearchStrategy

from roster.map import forget
from roster.refusal import Refused
from tests.model.profiles import profile
from tests.roster.importing.bundles import Files, manifest_of
from tests.roster.importing.cases import (
    HIDDEN,
    MARK,
    VERSIONS,
    add,
    built,
    bundle,
    bundler,
    cell,
    changed,
    visible,
)
from tests.roster.importing.conftest import Bundler
from tests.roster.importing.mangling import Mangled, night, parse, slipped

ROSTER = ("orgs", "users", "classes", "enrollments", "courses", "demographics")


def night_one(version: str) -> Files:
    """Riverside, and more that is hidden.

    A school, one below a marked org, a course, a retired user, a marked role, last year's class.
    """
    changes = [
        add("orgs", "region", "d", parentSourcedId="d"),
        cell("orgs", "region", MARK, "true"),
        add("orgs", "far", "south", parentSourcedId="region"),
        add("classes", "k10", "k2", schoolSourcedId="far"),
        add("users", "uma", "cy", username="uma"),
        add("enrollments", "e-uma", "e-eve", classSourcedId="k10", userSourcedId="uma"),
        add("academicSessions", "y26", "y", schoolYear="2026"),
        cell("academicSessions", "y26", "startDate", "2025-07-01"),
        cell("academicSessions", "y26", "endDate", "2026-07-01"),
        add("academicSessions", "past", "fall", schoolYear="2026", parentSourcedId="y26"),
        cell("academicSessions", "past", "startDate", "2025-08-20"),
        cell("academicSessions", "past", "endDate", "2026-01-22"),
        add("classes", "k11", "k2", termSourcedIds="past"),
        add("enrollments", "e-past", "e-eve", classSourcedId="k11", userSourcedId="ann"),
        add("orgs", "west", "south"),
        cell("orgs", "west", MARK, "true"),
        add("courses", "mus", "art"),
        cell("courses", "mus", MARK, "true"),
        add("classes", "k8", "k2", courseSourcedId="mus"),
        add("classes", "k9", "k1", schoolSourcedId="west"),
        add("users", "ivy", "cy", username="ivy"),
        add("users", "hal", "cy", username="hal"),
        add("users", "tod", "eve", username="tod", status="inactive"),
        add("enrollments", "e-ivy", "e-eve", classSourcedId="k9", userSourcedId="ivy"),
        add("enrollments", "e-jon", "e-eve", classSourcedId="k8", userSourcedId="ann"),
        # One more of each that is marked: a file that has lost its last mark is held for that.
        add("users", "bea", "bob", username="bea"),
        add("enrollments", "e-bea", "e-bob", userSourcedId="bea"),
        add("courses", "dan", "mus"),
        add("classes", "k12", "k2", courseSourcedId="dan"),
        add("classes", "k13", "k3"),
    ]
    if version == "1.1":
        changes.append(cell("users", "ivy", "orgSourcedIds", "west"))
        changes.append(cell("users", "uma", "orgSourcedIds", "far"))
    else:
        changes += [
            add("roles", "r-ivy", "r-cy", userSourcedId="ivy", orgSourcedId="west"),
            add("roles", "r-uma", "r-cy", userSourcedId="uma", orgSourcedId="far"),
            add("roles", "r-hal", "r-cy", userSourcedId="hal"),
            cell("roles", "r-hal", MARK, "true"),
            add("enrollments", "e-hal", "e-eve", classSourcedId="k1", userSourcedId="hal"),
            add("roles", "r-bea", "r-bob", userSourcedId="bea"),
            add("users", "kit", "hal", username="kit"),
            add("roles", "r-kit", "r-hal", userSourcedId="kit"),
        ]
    files = changed(bundle(version), changes)
    return {"manifest.csv": manifest_of(files, version), **files}


MORE = {
    "users/bea",
    "users/kit",
    "courses/dan",
    "classes/k13",
    "orgs/west",
    "orgs/far",
    "classes/k10",
    "users/uma",
    "users/tod",
    "classes/k11",
}


def seen(load: Bundler) -> dict[str, set[str]]:
    m = built(load.organization)
    return {vendor: visible(load.organization, vendor, m=m) for vendor in VERSIONS}


def known(files: Files) -> set[str]:
    return {f"{name}/{line[0]}" for name in ROSTER for line in parse(files[f"{name}.csv"])}


@pytest.mark.django_db
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("nights", [night, slipped])
def test_what_is_hidden_is_hidden_after_a_bad_night(
    nights: Callable[[Files], SearchStrategy[Mangled]], version: str, tmp_path: Path
) -> None:
    load, files = bundler(tmp_path), night_one(version)
    load(files, version)
    before = seen(load)
    hidden = known(files)
    assert not (HIDDEN | MORE) & (before["1.1"] | before["1.2"])

    @profile(50)
    @given(nights(files))
    def night_two(spoilt: Mangled) -> None:
        forget()
        with transaction.atomic():
            with contextlib.suppress(Refused):
                load(spoilt.files, version, approved=False)
            for vendor, now in seen(load).items():
                opened = (now - before[vendor]) & hidden
                assert spoilt.says_so or not opened, f"{vendor} after {spoilt.what}: {opened}"
            transaction.set_rollback(True)

    night_two()
