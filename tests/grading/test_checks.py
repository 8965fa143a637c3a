"""What is sent is kept as meant, or refused by the field's name, and then nothing is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from roster.models import Written
from tests.grading.vendor import line_item, ref, result

KEPT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a score beyond the maximum": ({"score": 300}, {"score": 300}),
    "a fractional score": ({"score": 9.25}, {"score": 9.25}),
    "an empty comment": ({"comment": ""}, {"comment": None}),
    "a moment for a date": ({"scoreDate": "2026-02-21T17:00:00Z"}, {"scoreDate": "2026-02-21"}),
    "a class of its own": ({"class": ref("k-phy-n")}, {"score": 80.5}),
    "flags as text": ({"late": "true", "missing": "false"}, {"late": "true", "missing": "false"}),
    "a null": ({"comment": None}, {"comment": None}),
    "a status": ({"status": "active"}, {"status": "active"}),
    "its date": ({"dateLastModified": "2020-01-01T00:00:00Z"}, {"status": "active"}),
    "metadata": ({"metadata": {"app": "x"}}, {"metadata": {"app": "x"}}),
}

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    # what is sent, the field named
    "an unknown student": ({"student": ref("nobody")}, "student"),
    "a student of another class": ({"student": ref("uma")}, "student"),
    "a teacher": ({"student": ref("tom")}, "student"),
    "an unknown line item": ({"lineItem": ref("nothing")}, "lineItem"),
    "another class": ({"class": ref("k-phy-s")}, "class"),
    "an unknown scale": ({"scoreScale": ref("nothing")}, "scoreScale"),
    "another word": ({"scoreStatus": "done"}, "scoreStatus"),
    "no status of the score": ({"scoreStatus": None}, "scoreStatus"),
    "a score as text": ({"score": "80"}, "score"),
    "no date": ({"scoreDate": "yesterday"}, "scoreDate"),
    "no reference": ({"student": "ann"}, "student"),
    "a flag": ({"late": "maybe"}, "late"),
    "a deletion": ({"status": "tobedeleted"}, "status"),
    "another id": ({"sourcedId": "other"}, "sourcedId"),
    "metadata that is none": ({"metadata": []}, "metadata"),
    "metadata with a NUL": ({"metadata": {"app": ["\0"]}}, "metadata"),
    "a comment that is none": ({"comment": {"x": 1}}, "comment"),
}


@pytest.fixture(scope="module")
def item(riverside: Any) -> str:
    for vendor in (riverside.examiner, riverside.old):
        answer = vendor.put("lineItems", f"checked-{vendor.version}", **line_item())
        assert answer.status_code == 201, answer.content
    return "checked"


NEW = {"class", "scoreScale", "late", "missing"}
"""Fields of a result that 1.1 doesn't have."""


def having(riverside: Any, sent: dict[str, Any]) -> list[Any]:
    """Return a vendor of each version that has the fields that are sent."""
    return [riverside.examiner] if NEW & sent.keys() else [riverside.examiner, riverside.old]


@pytest.mark.parametrize("case", KEPT, ids=str)
def test_a_result_is_kept_as_it_is_meant(riverside: Any, item: str, case: str) -> None:
    sent, kept = KEPT[case]
    for vendor in having(riverside, sent):
        score = f"kept-{vendor.version}"
        answer = vendor.put("results", score, **result(f"{item}-{vendor.version}", **sent))
        assert answer.status_code in (200, 201), answer.content
        document = vendor.document("results", score)
        assert {name: document.get(name) for name in kept} == kept
        assert None not in document.values()


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_what_can_not_be_kept_is_refused_by_its_field(riverside: Any, item: str, case: str) -> None:
    sent, field = REFUSED[case]
    for vendor in having(riverside, sent):
        before = Written.objects.count()
        answer = vendor.put("results", "refused", **result(f"{item}-{vendor.version}", **sent))
        assert answer.status_code == 422, answer.content
        assert description(answer).startswith(f"{field}:")
        assert Written.objects.count() == before


def description(answer: Any) -> str:
    body = json.loads(answer.content)
    body = body.get("statusInfoSet", [body])[0]
    return str(body["imsx_description"])


def test_an_unknown_field_is_refused_in_12_and_told_of_in_11(riverside: Any, item: str) -> None:
    new = riverside.examiner.put("results", "odd", **result("checked-1.2"), grade="A")
    assert (new.status_code, description(new)[:6]) == (422, "grade:")
    old = riverside.old.put("results", "odd", **result("checked-1.1"), grade="A")
    assert old.status_code == 201
    assert json.loads(old.content)["statusInfoSet"][0]["imsx_severity"] == "warning"
    assert "grade" not in riverside.old.document("results", "odd")


BODIES = [
    "", "nothing", "[]", '{"lineItem": {}}', '{"result": null}', '{"result": []}', "{" * 500,
    *('{"result":{"metadata":' + '{"a":' * n + "1" + "}" * n + "}}" for n in (260, 1000)),
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_none_is_refused(riverside: Any, body: str) -> None:
    for vendor in (riverside.examiner, riverside.old):
        answer = vendor.send("PUT", "/results/none", body)
        assert answer.status_code == 422
        assert description(answer)


def test_of_a_line_item_little_needs_to_be_sent(riverside: Any) -> None:
    sent = {"title": "Short", "class": ref("k-phy-n"), "category": ref("cat-hw")}
    assert riverside.examiner.put("lineItems", "short", **sent).status_code == 201
    document = riverside.examiner.document("lineItems", "short")
    assert document["assignDate"] == document["dueDate"]
    assert document["school"]["sourcedId"] == "north"
    refused = riverside.examiner.put("lineItems", "short", **sent, school=ref("south"))
    assert description(refused).startswith("school:")
    moved = riverside.examiner.put("lineItems", "short", **{**sent, "class": ref("k-phy-s")})
    assert description(moved).startswith("class:")


def test_the_districts_own_can_not_be_written(riverside: Any) -> None:
    for vendor in (riverside.examiner, riverside.old):
        assert vendor.put("lineItems", "li-phy-n", **line_item()).status_code == 403
        assert vendor.delete("lineItems", "li-phy-n").status_code == 403
        assert vendor.put("categories", "cat-hw", title="Ours").status_code == 403
        assert vendor.delete("results", "nothing").status_code == 404


def test_what_was_read_before_is_replaced_on_condition(riverside: Any) -> None:
    vendor = riverside.examiner
    vendor.put("lineItems", "tied", **line_item())
    tag = vendor.single("lineItems", "tied").headers["ETag"]
    body = {"lineItem": line_item(title="Second")}
    assert vendor.send("PUT", "/lineItems/tied", body, **{"If-Match": tag}).status_code == 201
    assert vendor.send("PUT", "/lineItems/tied", body, **{"If-Match": tag}).status_code == 412
    assert vendor.send("DELETE", "/lineItems/tied", **{"If-Match": tag}).status_code == 412
    assert vendor.send("DELETE", "/lineItems/tied", **{"If-Match": "*"}).status_code == 204
    assert vendor.send("PUT", "/lineItems/tied", body, **{"If-Match": "*"}).status_code == 412


OTHERS: dict[str, dict[str, Any]] = {
    "categories": {"title": "Quizzes", "weight": 40},
    "scoreScales": {
        "title": "Letters",
        "type": "letter",
        "class": ref("k-phy-n"),
        "scoreScaleValue": [{"itemValueLHS": "90-100", "itemValueRHS": "A"}],
    },
    "assessmentLineItems": {"title": "Exam", "class": ref("k-phy-n")},
    "assessmentResults": {
        "assessmentLineItem": ref("w-assessmentLineItems"),
        "student": ref("ann"),
        "scoreStatus": "submitted",
        "score": 12,
    },
}


@pytest.mark.parametrize("collection", OTHERS)
def test_the_other_collections_are_written_and_deleted(riverside: Any, collection: str) -> None:
    vendor, sourced_id = riverside.examiner, f"w-{collection}"
    if collection == "assessmentResults":
        vendor.put("assessmentLineItems", "w-assessmentLineItems", **OTHERS["assessmentLineItems"])
    answer = vendor.put(collection, sourced_id, **OTHERS[collection])
    assert answer.status_code == 201, answer.content
    document = vendor.document(collection, sourced_id)
    for name, value in OTHERS[collection].items():
        given = document[name]
        assert value == (ref(given["sourcedId"]) if isinstance(given, dict) else given)
    assert sourced_id in vendor.ids(f"/{collection}")
    assert vendor.delete(collection, sourced_id).status_code == 204
    assert sourced_id not in vendor.ids(f"/{collection}")


def test_a_line_item_of_11_without_a_category_gets_the_vendors_own(riverside: Any) -> None:
    old, new, examiner = riverside.old, riverside.new, riverside.examiner
    sent = {"title": "Loose", "class": ref("k-phy-n"), "resultValueMin": 0, "resultValueMax": 9}
    for name in ("loose", "loose-2"):
        assert old.put("lineItems", name, **sent).status_code == 201
    document = old.document("lineItems", "loose")
    category = document["category"]["sourcedId"]
    assert old.document("lineItems", "loose-2")["category"]["sourcedId"] == category
    assert (document["status"], document["gradingPeriod"]["sourcedId"]) == ("active", "q3")
    for vendor in (old, new):
        assert vendor.document("categories", category)["title"] == "Uncategorized"
        assert vendor.ids("/categories").count(category) == 1
    assert category in old.ids("/classes/k-phy-n/categories")
    assert category not in examiner.ids("/categories")
    # Who renames it keeps it, and who deletes it gets it back with the next line item.
    assert old.put("categories", category, title="Other work").status_code == 200
    assert old.put("lineItems", "loose", **sent).status_code == 200
    assert old.document("categories", category)["title"] == "Other work"
    assert old.delete("categories", category).status_code == 204
    assert old.single("lineItems", "loose").status_code == 404
    assert old.put("lineItems", "loose-3", **sent).status_code == 201
    assert old.document("categories", category)["title"] == "Uncategorized"
    assert old.put("lineItems", "never", **sent, gradingPeriod=ref("q0")).status_code == 422
    assert examiner.put("lineItems", "loose-4", **sent).status_code == 422


def test_of_a_refused_line_item_no_category_stays(riverside: Any) -> None:
    before = Written.objects.count()
    answer = riverside.old.put("lineItems", "no-min", title="No", **{"class": ref("k-lit-e")})
    assert answer.status_code == 422
    assert Written.objects.count() == before


PERIODS = [
    # the due date, and the period that is found in either version
    ("2026-02-20T23:59:00Z", "q3"),
    ("2026-01-14T23:00:00Z", "q2"),
    ("2026-01-15", "q3"),
    ("2026-07-20T12:00:00Z", None),
]


@pytest.mark.parametrize(("due", "period"), PERIODS)
def test_the_grading_period_is_that_of_the_due_date(
    riverside: Any, due: str, period: str | None
) -> None:
    sent = line_item(dueDate=due)
    assert riverside.examiner.put("lineItems", "due", **sent).status_code == 201
    document = riverside.examiner.document("lineItems", "due")
    assert document.get("gradingPeriod", {}).get("sourcedId") == period
    # 1.1 requires one.
    answer = riverside.old.put("lineItems", "due-old", **sent)
    assert (answer.status_code == 422) == (period is None)
    assert period or description(answer).startswith("gradingPeriod: is required: no grading")
