"""Nobody and nothing that was hidden is seen after a bad night, whatever is wrong with one thing.

`MODEL_EXAMPLES=5000` looks at as many nights, drawn at random.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given

from roster.map import forget
from roster.refusal import Refused
from tests.model.profiles import profile
from tests.roster.importing.bundles import Files
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
from tests.roster.importing.mangling import Mangled, mangled, parse

ROSTER = ("orgs", "users", "classes", "enrollments", "courses", "demographics")


def night_one(version: str) -> Files:
    """Riverside, and more that is hidden: a school, a course, a retired user, a marked role."""
    changes = [
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
    ]
    if version == "1.1":
        changes.append(cell("users", "ivy", "orgSourcedIds", "west"))
    else:
        changes += [
            add("roles", "r-ivy", "r-cy", userSourcedId="ivy", orgSourcedId="west"),
            add("roles", "r-hal", "r-cy", userSourcedId="hal"),
            cell("roles", "r-hal", MARK, "true"),
            add("enrollments", "e-hal", "e-eve", classSourcedId="k1", userSourcedId="hal"),
        ]
    return changed(bundle(version), changes)


def seen(load: Bundler) -> dict[str, set[str]]:
    m = built(load.organization)
    return {vendor: visible(load.organization, vendor, m=m) for vendor in VERSIONS}


def known(files: Files) -> set[str]:
    return {f"{name}/{line[0]}" for name in ROSTER for line in parse(files[f"{name}.csv"])}


@pytest.mark.django_db
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_hidden_is_hidden_after_a_bad_night(version: str, tmp_path: Path) -> None:
    load, files = bundler(tmp_path), night_one(version)
    load(files, version)
    before = seen(load)
    hidden = known(files)
    assert not HIDDEN & (before["1.1"] | before["1.2"])

    @profile(50)
    @given(mangled(files))
    def night_two(night: Mangled) -> None:
        forget()
        with transaction.atomic():
            with contextlib.suppress(Refused):
                load(night.files, version, approved=False)
            for vendor, now in seen(load).items():
                opened = (now - before[vendor]) & hidden
                assert night.says_so or not opened, f"{vendor} after {night.what}: {opened}"
            transaction.set_rollback(True)

    night_two()
