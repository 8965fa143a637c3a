"""Any bundle mangled at random is applied whole, or leaves roster, marks and publications equal.

Riverside is imported, marked and published for a vendor; then comes its next night, with anything
done to its bytes. `MODEL_EXAMPLES=5000` looks for longer.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.importing import import_bundle
from roster.models import (
    AuditEntry,
    Document,
    Feed,
    FormerRow,
    Import,
    ListPart,
    Mark,
    Organization,
    Publication,
)
from roster.refusal import Refused
from tests.model.profiles import profile
from tests.model.test_visibility import undone
from tests.roster.districts import published
from tests.roster.importing.bundles import GRADEBOOK, RESOURCES, Files, manifest_of
from tests.roster.importing.cases import bundle, bundler, changed, every, without_row
from tests.roster.importing.test_importing import everything

SCRAPS = (
    "\n", ",", '"', "\0", "\r", "tobedeleted", "x" * 300, "{a:b}", "~", "1e999", "%s", "{0}",
    "\ufeff", ";", "\t", "2026-13-40", "true", "é", "\ufffd", "north", "ann", "NULL", "=1+1",
)  # fmt: skip
SHOWN: tuple[Any, ...] = (Mark, Feed, Publication, ListPart, Document, FormerRow)
NIGHT = (
    without_row("enrollments", "e-eve"),
    every("users", "email", lambda email: email.replace("ann@", "anna@")),
)


def next_night(version: str) -> Files:
    files = changed(bundle(version), NIGHT)
    if version == "1.2":
        files |= GRADEBOOK | RESOURCES
    return {"manifest.csv": manifest_of(files, version), **files}


@st.composite
def mangled(draw: Any, version: str) -> bytes:
    """A zip of the next night, in which one to five things have gone wrong."""
    files = {name: text.encode() for name, text in next_night(version).items()}
    for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2, 5]))):
        name = draw(st.sampled_from(sorted(files)))
        files = draw(st.sampled_from(WAYS))(draw, files, name)
        if not files:
            break
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    content = out.getvalue()
    if draw(st.integers(0, 19)) == 0:
        content = content[: draw(st.integers(0, len(content)))]
    return content


def _cut(draw: Any, files: dict[str, bytes], name: str) -> dict[str, bytes]:
    content = files[name]
    start = draw(st.integers(0, len(content)))
    length = draw(st.sampled_from([0, 1, 10, 100]))
    scrap = draw(st.sampled_from(SCRAPS)).encode()
    return files | {name: content[:start] + scrap + content[start + length :]}


def _drop(draw: Any, files: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {other: content for other, content in files.items() if other != name}


def _end(draw: Any, files: dict[str, bytes], name: str) -> dict[str, bytes]:
    return files | {name: files[name][: draw(st.integers(0, len(files[name])))]}


def _double(draw: Any, files: dict[str, bytes], name: str) -> dict[str, bytes]:
    lines = files[name].splitlines(keepends=True)
    line = draw(st.sampled_from(lines)) if lines else b""
    lines.insert(draw(st.integers(0, len(lines))), line)
    return files | {name: b"".join(lines)}


def _lose_column(draw: Any, files: dict[str, bytes], name: str) -> dict[str, bytes]:
    rows = [line.split(b",") for line in files[name].splitlines()]
    at = draw(st.integers(0, max(0, len(rows[0]) - 1))) if rows else 0
    return files | {name: b"\n".join(b",".join(row[:at] + row[at + 1 :]) for row in rows) + b"\n"}


def _swap(draw: Any, files: dict[str, bytes], name: str) -> dict[str, bytes]:
    other = draw(st.sampled_from(sorted(files)))
    return files | {name: files[other], other: files[name]}


WAYS = (_cut, _cut, _cut, _drop, _end, _double, _lose_column, _swap)


def state(organization: Organization) -> dict[str, list[Any]]:
    """Return every row of the roster, its marks, and all that is published."""
    return everything(organization) | {
        model.__name__: sorted(map(repr, model.objects.values())) for model in SHOWN
    }


@pytest.fixture(params=["1.1", "1.2"])
def district(request: pytest.FixtureRequest, db: None, tmp_path: Path) -> Organization:
    """Riverside in a version, marked, published for a vendor."""
    load = bundler(tmp_path)
    load(bundle(request.param), request.param)
    Mark.objects.create(
        organization=load.organization, kind="person", sourced_id="gil", source="person"
    )
    published(load.organization, request.param)
    load.organization.refresh_from_db()
    return load.organization


@profile(25)
@given(data=st.data())
def test_any_bundle_is_applied_whole_or_changes_nothing(district: Organization, data: Any) -> None:
    version = Import.objects.get().oneroster
    before = state(district)
    with undone(), NamedTemporaryFile(suffix=".zip") as night:
        path = Path(night.name)
        path.write_bytes(data.draw(mangled(version), "bundle"))
        approved = data.draw(st.booleans(), "approved")
        done = None
        try:
            done = import_bundle(district, path, by="Dana", approved=approved)
        except Refused:
            assert Import.objects.latest("pk").state == Import.State.REFUSED
        audited = AuditEntry.objects.filter(action="roster.imported").count()
        if done is None or done.state != Import.State.APPLIED:
            assert state(district) == before
            assert audited == 1
            return
        assert audited == 2
        # Whole: done once more, and read anew, it finds nothing left to do.
        whole = everything(district)
        Import.objects.filter(pk=done.pk).update(release="another")
        again = import_bundle(district, path, by="Dana", approved=True)
        assert everything(district) == whole
        assert not any(
            counts["created"] + counts["updated"] + counts["retired"]
            for counts in again.counts.values()
        ), again.counts
