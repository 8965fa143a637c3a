"""What an import read is gone with it, and little of a bundle is there at once."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import pytest

from roster.caches import forget
from roster.generator.making import make_bundle
from roster.importing import import_bundle
from roster.organizations import create_organization

STUDENTS = 800
KEPT, MOST = 50, 1000
"""Bytes for each record of the bundle."""


@pytest.mark.django_db
def test_an_import_keeps_nothing_of_what_it_read(tmp_path: Path) -> None:
    nights = []
    for night in range(3):
        path = tmp_path / f"night-{night}"
        made = make_bundle(path, STUDENTS, oneroster="1.2", school_year=2027, night=night)
        nights.append((path, sum(made.files.values())))
    organization = create_organization("riverside", "Riverside", by="Dana")

    def taken_in(path: Path) -> None:
        assert import_bundle(organization, path, by="Dana", approved=True).pk
        forget()
        gc.collect()

    taken_in(nights[0][0])  # What is loaded once stays.
    taken_in(nights[1][0])
    tracemalloc.start()
    try:
        taken_in(nights[2][0])
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    records = nights[2][1]
    assert kept < KEPT * records
    assert most < MOST * records
