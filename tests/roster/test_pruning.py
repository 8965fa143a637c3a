"""What goes out of a finished document with what was withdrawn, and what stays."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from roster.dialects.fields import FIELDS, Type
from roster.models import AssessmentLineItem, AssessmentResult, Organization, Record
from roster.pruning import TAGGED, Withdrawn, prune, subtract
from tests.roster.districts import demo_district, published
from tests.roster.importing.conftest import one_class


def reference(type_: str, sourced_id: str) -> dict[str, str]:
    return {"href": f"/ims/{sourced_id}", "sourcedId": sourced_id, "type": type_}


def result(**more: Any) -> dict[str, Any]:
    return {
        "sourcedId": "r1",
        "lineItem": reference("lineItem", "l1"),
        "student": reference("user", "ann"),
        "class": reference("class", "k1"),
        "score": 0.0,
        **more,
    }


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_score_of_nothing_is_a_score(version: str) -> None:
    document = result()
    prune(version, "results", document, {("user", "tom")})
    assert document == result()


def test_an_optional_reference_goes_and_a_required_one_takes_all_along() -> None:
    document = result()
    prune("1.2", "results", document, {("class", "k1")})
    assert "class" not in document
    with pytest.raises(Withdrawn):
        prune("1.2", "results", document, {("user", "ann")})


def test_who_was_told_is_taken_and_nobody_put_in_their_place() -> None:
    tom, eve = reference("user", "tom"), reference("user", "eve")
    document = {"agents": [tom]}
    subtract(document, {"agents": [tom, eve]}, {"agents": [eve]})
    assert document == {"agents": []}


def test_a_place_is_put_in_the_place_of_the_last_one() -> None:
    north, south = reference("org", "north"), reference("org", "south")
    document = {"orgs": [north]}
    subtract(document, {"orgs": [north, south]}, {"orgs": [south]})
    assert document == {"orgs": [south]}


def test_a_tag_holds_all_that_a_document_names_of_its_type(tmp_path: Path, db: None) -> None:
    seen = set()
    lines = published(demo_district(tmp_path), "1.1", "1.2")
    Organization.objects.update(slug="elsewhere")
    riverside = one_class(tmp_path)
    AssessmentLineItem.objects.create(
        organization=riverside, sourced_id="al1", title="State test", klass="k1"
    )
    AssessmentResult.objects.create(
        organization=riverside, sourced_id="ar1", assessment_line_item="al1", student="ann",
        score_status="fully graded", score_date=date(2026, 11, 16),
    )  # fmt: skip
    lines += published(riverside, "1.2", types=["grade_book", "assessment"])
    for line in lines:
        for record in Record.objects.filter(line=line, status="active"):
            tags = TAGGED.get(record.kind, {})
            document = json.loads(record.document)
            for known in FIELDS[line.version][record.kind]:
                value = document.get(known.name)
                if value and known.type is Type.REFERENCE and value["type"] in tags:
                    seen.add((record.kind, value["type"]))
                    assert getattr(record, tags[value["type"]]) == value["sourcedId"], document
                elif value and known.type in (Type.REFERENCES, Type.OBJECTS):
                    assert tags.keys().isdisjoint(known_targets(known)), known.name
    assert seen == {(collection, type_) for collection, tags in TAGGED.items() for type_ in tags}


def known_targets(known: Any) -> set[str]:
    return {known.target, *(part.target for part in known.parts)} - {""}
