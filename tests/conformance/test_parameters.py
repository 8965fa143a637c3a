"""Sections 3.1, 3.3 and 3.4: every fault of a parameter, in both versions and all services.

A row is a query, what 1.1 answers, and what 1.2 answers: a minor code is a refusal with 400, a
code behind `+` a warning beside the whole list, `ok` an answer as if nothing were wrong.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.asking import Asker
from tests.conformance.errors import refusal
from tests.conformance.operations import ENDPOINTS, Endpoint
from tests.conformance.test_operations import at

DATA = ("invalid data", "invaliddata")
FILTER = ("invalid_filter_field", "invalid_filter_field")
SELECTION = ("+invalid_selection_field", "invalid_selection_field")
BLANK = ("invalid_blank_selection_field", "invalid_selection_field")
SORT = ("+invalid_sort_field", "invaliddata")
OK = ("ok", "ok")

TOO_MANY = " OR ".join(["status='active'"] * 21)
MOST = " OR ".join(["status='active'"] * 20)

FAULTS: dict[str, tuple[str, str]] = {
    # Section 3.1: whole numbers within their bounds, once.
    "limit=0": DATA, "limit=-1": DATA, "limit=abc": DATA, "limit=1e3": DATA, "limit=": DATA,
    "limit=1.0": DATA, "limit=50001": DATA, "limit=99999999999999999999": DATA,
    "limit=5&limit=5": DATA, "limit=%205": DATA, "limit=+5": DATA, "limit=%D9%A1": DATA,
    "limit=0x10": DATA, "limit=1_000": DATA, "limit=null": DATA, "limit=10;": DATA,
    "limit=50000": OK, "limit=00100": OK,
    "offset=-1": DATA, "offset=abc": DATA, "offset=": DATA, "offset=1e1": DATA,
    "offset=99999999999999999999": DATA, "offset=0&offset=0": DATA, "offset=0.5": DATA,
    "offset=2147483648": DATA, "offset=0": OK, "offset=000": OK,
    # Section 3.1: the direction.
    "orderBy=up": DATA, "orderBy=descending": DATA, "orderBy=asc,desc": DATA,
    "orderBy=asc&orderBy=asc": DATA, "orderBy=1": DATA, "orderBy=ASC": OK, "orderBy=": OK,
    "orderBy=desc": OK, "sort=sourcedId": OK,
    # Section 3.4: fields to order by.
    "sort=nothing": SORT, "sort=": OK, "sort=%20&orderBy=desc": OK, "sort=SourcedId": SORT,
    "sort=sourcedId,status": SORT,
    "sort=sourcedId&sort=status": SORT, "sort=sourcedId%00": SORT, "sort=status.x": SORT,
    "sort=%27": SORT, "sort=sourcedId%20desc": SORT, "sort=-sourcedId": SORT,
    "sort=nothing&orderBy=desc": SORT,
    # Section 3.4: fields to be given.
    "fields=nothing": SELECTION, "fields=sourcedId,nothing": SELECTION,
    "fields=sourcedId&fields=nothing": SELECTION, "fields=SOURCEDID": SELECTION,
    "fields=sourcedId;status": SELECTION, "fields=*": SELECTION, "fields=status.x": SELECTION,
    "fields=%00": SELECTION,
    "fields=": BLANK, "fields=,": BLANK, "fields=%20": BLANK, "fields=&fields=": BLANK,
    # Section 3.3: what can't be read.
    "filter=": FILTER, "filter=status": FILTER, "filter=status%3Dactive": FILTER,
    "filter=status%3D%27active": FILTER, "filter=status%3D%22active%22": FILTER,
    "filter=status%3D%3D%27active%27": FILTER, "filter=%3D%27active%27": FILTER,
    "filter=nothing%3D%27x%27": FILTER, "filter=Status%3D%27active%27": FILTER,
    "filter=status.x%3D%27active%27": FILTER, "filter=(status%3D%27active%27)": FILTER,
    "filter=status%3D%27active%27%20AND": FILTER, "filter=AND%20status%3D%27active%27": FILTER,
    "filter=status%3D%27active%27%20XOR%20status%3D%27active%27": FILTER,
    "filter=status%3D%27active%27%20status%3D%27active%27": FILTER,
    "filter=status%3D%27active%27%20AND%20nothing%3D%27x%27": FILTER,
    "filter=status%3D%27active%27;": FILTER, "filter=status%20IN%20(%27active%27)": FILTER,
    "filter=status%3D%27a%00%27": FILTER, "filter=status%3C%3E%27active%27": FILTER,
    "filter=NOT%20status%3D%27active%27": FILTER, "filter=%27active%27%3Dstatus": FILTER,
    "filter=status%3D%27active%27&filter=status%3D%27active%27": FILTER,
    "filter=dateLastModified%3E%27soon%27": FILTER, "filter=dateLastModified%3E%27%27": FILTER,
    "filter=dateLastModified%3D%272026-02-30%27": FILTER,
    "filter=dateLastModified%3E%272026-13-01%27": FILTER,
    "filter=dateLastModified%3E%272026-01-01T25:00:00Z%27": FILTER,
    f"filter={TOO_MANY}": FILTER,
    f"filter={MOST}": OK,
    "filter=status%3D%27active%27": OK, "filter=%20status%20%3D%20%27active%27%20": OK,
    "filter=status%3D%E2%80%99active%E2%80%99": OK, "filter=status%3D%E2%80%98active%E2%80%99": OK,
    "filter=status='active'%20and%20status='active'": OK,
    "filter=sourcedId!='x'+OR+sourcedId='y'": OK,
    # What OneRoster doesn't know is ignored.
    "role=nobody": OK, "page=2": OK, "Limit=x": OK, "": OK, "&": OK, "&&x=1&": OK, "%00=1": OK,
    "access_token=x": OK, "status=tobedeleted": OK, "q": OK,
}  # fmt: skip

LISTS = [each for each in ENDPOINTS if each.many]
SINGLES = [each for each in ENDPOINTS if not each.many]


@pytest.mark.parametrize("endpoint", LISTS, ids=str)
def test_a_list_answers_every_fault_as_its_version_does(riverside: Any, endpoint: Endpoint) -> None:
    vendor = riverside.full[endpoint.version]
    plain = told(vendor, endpoint, "limit=50000")
    # A nested list reads its parameters as others do; each third fault shows that it does.
    rows = [*FAULTS.items()]
    for query, outcome in rows[len(endpoint.path) % 3 :: 3] if endpoint.is_nested else rows:
        meets(vendor, endpoint, query, outcome, plain)


@pytest.mark.parametrize("endpoint", SINGLES, ids=str)
def test_a_single_knows_fields_and_ignores_the_rest(riverside: Any, endpoint: Endpoint) -> None:
    vendor = riverside.full[endpoint.version]
    plain = told(vendor, endpoint, "")
    for number, (query, outcome) in enumerate(FAULTS.items()):
        if number % 3 and not query.startswith("fields"):
            continue
        meets(vendor, endpoint, query, outcome if query.startswith("fields") else OK, plain)


def told(vendor: Asker, endpoint: Endpoint, query: str) -> Any:
    return vendor.told(f"{at(endpoint)}?{query}")[endpoint.envelope]


def meets(
    vendor: Asker, endpoint: Endpoint, query: str, outcome: tuple[str, str], plain: Any
) -> None:
    """Check the answer to a query, beside what the endpoint answers without any."""
    code = outcome[endpoint.version == "1.2"]
    if code == "invaliddata" and endpoint.service == "resources" and outcome is SORT:
        code = "invalid_sort_field"
    answer = vendor.ask(f"{at(endpoint)}?{query}")
    if code not in ("ok", "") and not code.startswith("+"):
        refusal(answer, endpoint, 400, code)
        return
    assert answer.status_code == 200, (query, answer.content)
    body = answer.json()
    found = body.pop(endpoint.envelope)
    if endpoint.many:
        # Only the order may differ, where one was asked for.
        assert len(found) == len(plain), query
        if "sort" not in query or code != "ok":
            assert found == plain, query
    else:
        assert found == plain, query
    if code == "ok":
        assert body == {}, query
    else:
        warned(body, endpoint, code.removeprefix("+"), query)


def warned(body: Any, endpoint: Endpoint, code: str, query: str) -> None:
    """Check what stands beside the answer: exactly one warning in 1.1's form (3.5)."""
    (info,) = body["statusInfoSet"]
    description = info.pop("imsx_description")
    assert body == {
        "statusInfoSet": [
            {
                "imsx_codeMajor": "success",
                "imsx_severity": "warning",
                "imsx_operationRefIdentifier": endpoint.id,
                "imsx_codeMinor": code,
            }
        ]
    }, query
    assert description.strip()


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", ["limit", "1", "50,000"]), ("offset=-1", ["offset", "0"]),
        ("orderBy=up", ["orderBy", "asc", "desc"]), ("filter=shoeSize='41'", ["shoeSize", "users"]),
        ("filter=status='a' XOR status='b'", ["AND", "OR", "11"]),
        ("filter=status", ["position 1", "status='active'"]),
        ("filter=dateLastModified>'soon'", ["soon", "2026-01-31T14:00:00.000Z"]),
        ("fields=", ["fields"]), ("filter=status='active", ["end"]),
    ],
)  # fmt: skip
def test_a_refusal_says_what_is_wrong_and_what_would_be_right(
    riverside: Any, version: str, query: str, named: list[str]
) -> None:
    endpoint = next(e for e in ENDPOINTS if e.version == version and e.path == "/users")
    answer = riverside.full[version].ask(f"{at(endpoint)}?{query}")
    text = answer.content.decode()
    assert answer.status_code == 400
    assert [word for word in named if word not in text] == []


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_both_warnings_stand_beside_one_answer(riverside: Any, version: str) -> None:
    endpoint = next(e for e in ENDPOINTS if e.version == version and e.path == "/orgs")
    answer = riverside.full[version].ask(f"{at(endpoint)}?fields=nothing&sort=neither")
    if version == "1.2":
        refusal(answer, endpoint, 400, "invalid_selection_field")
        return
    codes = [info["imsx_codeMinor"] for info in answer.json()["statusInfoSet"]]
    assert codes == ["invalid_selection_field", "invalid_sort_field"]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_who_may_not_read_is_told_so_before_what_was_wrong(riverside: Any, version: str) -> None:
    endpoint = next(e for e in ENDPOINTS if e.version == version and e.path == "/users")
    vendor = riverside.full[version]
    for query in ("limit=0", "filter=x", "fields="):
        address = f"{at(endpoint)}?{query}"
        refusal(vendor.ask(address, Authorization=""), endpoint, 401)
        refusal(riverside.full["1.1" if version == "1.2" else "1.2"].ask(address), endpoint, 403)
