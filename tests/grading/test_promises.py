"""Bodies and answers of writes are as our own OpenAPI documents say."""

from __future__ import annotations

from typing import Any

import pytest

from roster.api.operations import WRITES, Operation
from tests.grading.test_checks import OTHERS
from tests.grading.test_doors import IDS
from tests.grading.vendor import SINGULAR, line_item, result
from tests.validating.promises import check, check_sent

SHORT: dict[str, dict[str, Any]] = {
    **OTHERS,
    "categories": {"title": "Quizzes"},
    "lineItems": line_item(),
    "results": result("li-phy-n"),
}


def named(operation: Operation) -> str:
    return f"{operation.version} {operation.id}"


@pytest.mark.parametrize("operation", [each for each in WRITES if not each.many], ids=named)
def test_a_record_is_sent_and_answered_as_the_document_says(
    riverside: Any, operation: Operation
) -> None:
    vendor = riverside.examiner if operation.version == "1.2" else riverside.old
    collection, sourced_id = operation.collection, f"promised-{operation.version}"
    if collection == "assessmentResults":
        vendor.put("assessmentLineItems", "w-assessmentLineItems", **OTHERS["assessmentLineItems"])
    assert vendor.put(collection, sourced_id, **SHORT[collection]).status_code in (200, 201)
    address = f"/{collection}/{sourced_id}"
    if operation.method == "PUT":
        whole = {SINGULAR[collection]: vendor.document(collection, sourced_id)}
        check_sent(operation, whole)
        answers = [vendor.send("PUT", address, whole), vendor.send("PUT", address, {})]
        wanted = [200 if operation.version == "1.1" else 201, 422]
    else:
        answers = [vendor.send("DELETE", address), vendor.send("DELETE", address)]
        wanted = [204, 404]
    assert [each.status_code for each in answers] == wanted
    for answer in answers:
        check(operation, answer)


@pytest.mark.parametrize("operation", [each for each in WRITES if each.many], ids=named)
def test_many_are_sent_and_answered_as_the_document_says(
    riverside: Any, operation: Operation
) -> None:
    vendor, collection = riverside.examiner, operation.collection
    vendor.put("lineItems", "promised", **line_item())
    ids = {**IDS, "lineItemSourcedId": "promised"}
    sent = line_item() if collection == "lineItems" else result("promised")
    vendor.put(collection, "promised-one", **sent)
    whole = {collection: [vendor.document(collection, "promised-one")]}
    check_sent(operation, whole)
    address = "/" + operation.address(ids).split("/v1p2/")[1]
    posted = vendor.send("POST", address, whole)
    assert posted.status_code == 201, posted.content
    refused = vendor.send("POST", address, {collection: []})
    assert refused.status_code == 422
    for answer in (posted, refused):
        check(operation, answer)
