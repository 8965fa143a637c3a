"""What vendors wrote, out to the district's system and before its people's eyes."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

from portal.models import Membership
from roster.models import Finding, Organization
from tests.acceptance.bundles import write
from tests.acceptance.vendor import BASES
from tests.cast import member, signed_in
from tests.conformance import district
from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import line_item, result


def test_what_was_written_is_exported_since_a_moment(riverside: Any, tmp_path: Path) -> None:
    vendor = riverside.examiner
    vendor.put("lineItems", "out", **line_item(title="=Danger"))
    vendor.put("results", "out", **result("out", score=7.5))
    since = vendor.document("lineItems", "out")["dateLastModified"]
    vendor.put("results", "out-2", **result("out"))
    vendor.delete("results", "out-2")

    told = run("export_gradebook", SLUG, tmp_path / "all.csv")
    assert told["files"]["all.csv"] >= 3
    with (tmp_path / "all.csv").open(newline="") as file:
        rows = {(row["kind"], row["sourcedId"]): row for row in csv.DictReader(file)}
    assert rows["results", "out"]["score"] == "7.5"
    assert rows["results", "out"]["vendor"] == "Examiner"
    assert rows["results", "out-2"]["status"] == "tobedeleted"
    assert rows["lineItems", "out"]["title"] == "'=Danger"

    told = run("export_gradebook", SLUG, tmp_path / "some.zip", "--since", since)
    assert told["files"] == {"results.csv": 2}
    with zipfile.ZipFile(tmp_path / "some.zip") as archive:
        lines = archive.read("results.csv").decode().splitlines()
        assert "file.results,delta" in archive.read("manifest.csv").decode()
    found = {row["sourcedId"]: row for row in csv.DictReader(lines)}
    assert found["out"]["score"] == "7.5"
    assert found["out"]["lineItemSourcedId"] == "out"
    assert found["out-2"]["status"] == "tobedeleted"


def test_a_class_has_a_page_of_what_arrived(riverside: Any) -> None:
    vendor = riverside.examiner
    vendor.put("lineItems", "seen", **line_item(title="Seen by <Dana>"))
    vendor.put("results", "seen", **result("seen", score=66.5, scoreStatus="submitted"))
    organization = Organization.objects.get(slug=SLUG)
    dana = member("dana@riverside.example", "Dana", organization, Membership.Role.ADMIN)
    browser = signed_in(dana)
    index = browser.get(f"/o/{SLUG}/grades/").content.decode()
    assert "Physics N" in index
    page = browser.get(f"/o/{SLUG}/grades/?id=k-phy-n").content.decode()
    for words in ("Seen by &lt;Dana&gt;", "66.5", "submitted", "Examiner"):
        assert words in page
    assert browser.get(f"/o/{SLUG}/grades/?id=nothing").status_code == 404


def test_a_bundle_overwrites_no_vendors_record(riverside: Any, tmp_path: Path) -> None:
    riverside.examiner.put("results", "r-late", **result("li-phy-n", score=1))
    files = district.files()
    late = {**files["results"][0], "sourcedId": "r-late", "score": "99"}
    files["results"].append(late)
    run("import_roster", SLUG, write(tmp_path / "late", "1.2", files))
    run("refresh_cache", SLUG)
    found = Finding.objects.filter(code="vendor-wrote")
    assert [each.sourced_id for each in found] == ["r-late"]
    assert riverside.examiner.document("results", "r-late")["score"] == 1
    assert riverside.examiner.ids("/results").count("r-late") == 1
    assert riverside.new.document("results", "r-late")["score"] == 99
    assert riverside.new.put("results", "r-late", **result("li-phy-n")).status_code == 403


def test_the_vendors_own_bundle_holds_what_it_wrote(riverside: Any) -> None:
    for vendor in (riverside.examiner, riverside.old):
        name = f"bundled-{vendor.version}"
        vendor.put("lineItems", name, **line_item(title="In the bundle"))
        vendor.put("results", name, **result(name, score=33))
        tags = []
        for ids in ({name}, {name, f"{name}-2"}):
            if len(ids) == 2:
                vendor.put("results", f"{name}-2", **result(name))
            answer = vendor.browser.get(
                BASES[vendor.version]["rostering"] + "/bundle",
                headers={"Authorization": f"Bearer {vendor.token}"},
            )
            assert answer.status_code == 200
            content = io.BytesIO(b"".join(answer.streaming_content))
            with zipfile.ZipFile(content) as archive:
                rows = list(csv.DictReader(archive.read("results.csv").decode().splitlines()))
            assert ids <= {row["sourcedId"] for row in rows}
            tags.append(answer.headers["ETag"])
        assert tags[0] != tags[1]
