"""Many records at once: under ids of ours, all or none, and the same again when repeated."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roster.models import Written
from tests.grading.test_checks import description
from tests.grading.vendor import line_item, ref, result


def allocated(answer: Any) -> dict[str, str]:
    assert answer.status_code == 201, answer.content
    pairs = json.loads(answer.content)["sourcedIdPairs"]
    return {each["suppliedSourcedId"]: each["allocatedSourcedId"] for each in pairs}


def test_line_items_and_results_are_posted(riverside: Any) -> None:
    vendor = riverside.examiner
    items = [line_item(sourcedId=f"tmp-{at}", title=f"Posted {at}") for at in range(3)]
    given = allocated(vendor.send("POST", "/classes/k-phy-n/lineItems", {"lineItems": items}))
    assert list(given) == ["tmp-0", "tmp-1", "tmp-2"]
    for at, each in enumerate(given.values()):
        assert vendor.document("lineItems", each)["title"] == f"Posted {at}"

    again = vendor.send("POST", "/classes/k-phy-n/lineItems", {"lineItems": items})
    assert allocated(again) == given
    items[0]["title"] = "Another"
    other = allocated(vendor.send("POST", "/classes/k-phy-n/lineItems", {"lineItems": items}))
    assert other["tmp-0"] != given["tmp-0"]
    assert other["tmp-1"] == given["tmp-1"]

    item = given["tmp-1"]
    score = {**result(item), "sourcedId": "s"}
    for path in (f"/lineItems/{item}/results", "/classes/k-phy-n/academicSessions/q3/results"):
        made = allocated(vendor.send("POST", path, {"results": [score]}))["s"]
        assert vendor.document("results", made)["lineItem"]["sourcedId"] == item
    school = vendor.send("POST", "/schools/north/lineItems", {"lineItems": [line_item()]})
    assert list(allocated(school)) == [""]


REFUSED = [
    # path, body, status, how the description begins
    ("/classes/k-phy-n/lineItems", {"lineItems": [line_item(), {}]}, 422, "lineItems[1].title:"),
    ("/classes/k-phy-n/lineItems", {"lineItems": []}, 422, "lineItems:"),
    ("/classes/k-phy-n/lineItems", {"lineItem": line_item()}, 422, "lineItems:"),
    ("/classes/k-phy-s/lineItems", {"lineItems": [line_item()]}, 422, "lineItems[0].class:"),
    ("/schools/south/lineItems", {"lineItems": [line_item()]}, 422, "lineItems[0].school:"),
    ("/classes/nothing/lineItems", {"lineItems": [line_item()]}, 404, ""),
    ("/lineItems/nothing/results", {"results": [result("nothing")]}, 404, ""),
    ("/lineItems/li-phy-n/results", {"results": [result("other")]}, 422, "results[0].lineItem:"),
    (
        "/classes/k-phy-n/academicSessions/none/results",
        {"results": [result("li-phy-n")]},
        404,
        "",
    ),
]


@pytest.mark.parametrize(("path", "body", "status", "words"), REFUSED)
def test_of_a_post_that_is_refused_nothing_is_kept(
    riverside: Any, path: str, body: Any, status: int, words: str
) -> None:
    before = Written.objects.count()
    answer = riverside.examiner.send("POST", path, body)
    assert answer.status_code == status, answer.content
    assert description(answer).startswith(words)
    assert Written.objects.count() == before


def test_results_may_be_posted_on_the_districts_line_items(riverside: Any) -> None:
    body = {"results": [result("li-phy-n", sourcedId="mine", student=ref("ann"))]}
    made = allocated(riverside.examiner.send("POST", "/lineItems/li-phy-n/results", body))["mine"]
    ids = riverside.examiner.ids("/classes/k-phy-n/lineItems/li-phy-n/results")
    assert made in ids
    assert made not in riverside.new.ids("/results")


@pytest.mark.parametrize("of", ["lineItems", "academicSessions/q3/results"])
def test_a_post_of_many_asks_no_more_of_the_database(riverside: Any, of: str) -> None:
    path, collection = f"/classes/k-phy-n/{of}", of.rpartition("/")[2]
    items = [line_item(sourcedId=str(at), title=f"Many {at}") for at in range(12)]
    answer = riverside.examiner.send("POST", "/classes/k-phy-n/lineItems", {"lineItems": items})
    named = [*allocated(answer).values()]

    def asked(records: int) -> int:
        bodies = [result(named[at]) for at in range(records)]
        if of == "lineItems":
            bodies = [line_item(title=f"One of {records}, {at}") for at in range(records)]
        with CaptureQueriesContext(connection) as queries:
            answer = riverside.examiner.send("POST", path, {collection: bodies})
        assert answer.status_code == 201, answer.content
        return len(queries)

    asked(1)
    few, many = asked(2), asked(12)
    assert many <= few
