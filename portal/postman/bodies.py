"""What the collection's writes send: one record of each kind, as short as a vendor may send it.

`{{name}}` is a variable of the environment, which the scripts fill from the lists.
"""

from __future__ import annotations

from typing import Any

from roster.api.operations import Operation

PREFIX = "postman-"
"""What the ids of records made by the collection begin with."""


def _named(name: str) -> dict[str, str]:
    return {"sourcedId": name}


RECORDS: dict[str, dict[str, Any]] = {
    "categories": {"title": "Made with Postman", "weight": 1},
    "lineItems": {
        "title": "Made with Postman",
        "class": _named("{{classSourcedId}}"),
        "category": _named("{{categorySourcedId}}"),
        "assignDate": "{{Today}}T08:00:00.000Z",
        "dueDate": "{{Today}}T15:00:00.000Z",
        "resultValueMin": 0,
        "resultValueMax": 100,
    },
    "results": {
        "lineItem": _named(f"{PREFIX}lineItem"),
        "student": _named("{{studentSourcedId}}"),
        "scoreStatus": "fully graded",
        "score": 80.5,
        "scoreDate": "{{Today}}",
    },
    "scoreScales": {
        "title": "Made with Postman",
        "type": "letters",
        "class": _named("{{classSourcedId}}"),
        "scoreScaleValue": [{"itemValueLHS": "90", "itemValueRHS": "A"}],
    },
    "assessmentLineItems": {"title": "Made with Postman"},
    "assessmentResults": {
        "assessmentLineItem": _named(f"{PREFIX}assessmentLineItem"),
        "student": _named("{{studentSourcedId}}"),
        "scoreStatus": "fully graded",
        "score": 80.5,
        "scoreDate": "{{Today}}",
    },
}


def body_of(operation: Operation) -> dict[str, Any] | None:
    """Return what a write sends, with its envelope; None where nothing is sent."""
    if operation.method not in ("PUT", "POST"):
        return None
    record = RECORDS[operation.collection]
    if operation.many:
        # Another id in each run: the same ids would get the same answer, of records deleted since.
        return {operation.envelope: [{"sourcedId": "{{$guid}}", **record}]}
    return {operation.envelope: record}
