"""Sections 3.1 and 3.2: pages, totals and links of every list, nested ones too.

Beside them conditional requests: an answer's `ETag`, sent back, brings 304 (RFC 9110, 13.1.2).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.conformance.asking import HOST, Asker, ids, read
from tests.conformance.operations import ENDPOINTS, Endpoint
from tests.conformance.test_operations import at, vendor_of

LISTS = [each for each in ENDPOINTS if each.many]

every_list = pytest.mark.parametrize("endpoint", LISTS, ids=str)
every = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)

QUERIES = (
    "",
    "filter=" + quote("status='active' OR status='tobedeleted'"),
    "filter=" + quote("sourcedId!='no,body'") + "&fields=sourcedId,status&appName=hub%2C%20the",
    "sort=sourcedId&orderBy=desc&filter=" + quote("status='active' OR sourcedId~'e'"),
)

LINK = re.compile(r'\s*<(?P<url>[^<>,]+)>; rel="(?P<rel>first|prev|next|last)"')


def links_of(answer: Any) -> dict[str, str]:
    """Return the addresses of `Link` by relation, split at commas as many clients do."""
    found = {}
    for part in answer["Link"].split(","):
        match = LINK.fullmatch(part)
        assert match, part
        assert match["rel"] not in found
        found[match["rel"]] = match["url"]
    return found


def asked(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


@every_list
@pytest.mark.parametrize("query", QUERIES)
def test_pages_and_links_lead_through_the_whole_list(
    riverside: Any, endpoint: Endpoint, query: str
) -> None:
    vendor = vendor_of(riverside, endpoint)
    address = f"{at(endpoint)}?{query}&"
    whole = vendor.ask(f"{address}limit=50000")
    told = whole.json()[endpoint.envelope]
    assert int(whole["X-Total-Count"]) == len(told)
    assert set(links_of(whole)) == {"first", "last"}
    limit = max(1, len(told) // 3)
    answer, found = vendor.ask(f"{address}limit={limit}"), []
    last = max(0, len(told) - 1) // limit * limit
    for offset in range(0, max(1, len(told)), limit):
        page = answer.json()[endpoint.envelope]
        assert page == told[offset : offset + limit]
        found += page
        assert int(answer["X-Total-Count"]) == len(told)
        links = links_of(answer)
        offsets = {"first": 0, "last": last}
        offsets |= {"prev": offset - limit} if offset else {}
        offsets |= {"next": offset + limit} if offset + limit < len(told) else {}
        for relation, url in links.items():
            assert url.startswith(HOST + urlsplit(address).path + "?")
            kept = {"limit": str(limit), "offset": str(offsets[relation])}
            assert asked(url) == {**asked(address), **kept}
        assert set(links) == set(offsets)
        if "next" in links:
            answer = vendor.ask(links["next"].removeprefix(HOST))
    assert found == told


@every_list
def test_past_the_end_there_is_an_empty_page(riverside: Any, endpoint: Endpoint) -> None:
    vendor = vendor_of(riverside, endpoint)
    total = int(vendor.ask(at(endpoint))["X-Total-Count"])
    for query in ("", "filter=" + quote("status='active'"), "sort=status"):
        for offset, limit in ((total, 1), (total + 1, 50_000), (2**31 - 1, 100)):
            answer = vendor.ask(f"{at(endpoint)}?{query}&limit={limit}&offset={offset}")
            assert answer.status_code == 200
            assert answer.json() == {endpoint.envelope: []}
            assert answer["X-Total-Count"] == str(total)
            assert "next" not in links_of(answer)
            back = vendor.ask(links_of(answer)["prev"].removeprefix(HOST))
            assert back.json()[endpoint.envelope] or not total


@every_list
def test_a_hundred_records_are_given_unless_asked_otherwise(
    riverside: Any, endpoint: Endpoint
) -> None:
    answer = vendor_of(riverside, endpoint).ask(at(endpoint))
    assert asked(links_of(answer)["first"]) == {"limit": "100", "offset": "0"}


@every
def test_what_a_client_has_is_not_sent_again(riverside: Any, endpoint: Endpoint) -> None:
    vendor = vendor_of(riverside, endpoint)
    plain = vendor.ask(at(endpoint))
    tag = plain["ETag"]
    for header in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        answer = vendor.ask(at(endpoint), **{"If-None-Match": header})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag), header
        assert "Content-Type" not in answer
        assert answer["Cache-Control"] == "private, no-cache"
    head = vendor.ask(at(endpoint), method="HEAD", **{"If-None-Match": tag})
    assert (head.status_code, head.content) == (304, b"")
    for header in ('W/"other"', "nonsense", tag.replace('/"', '/"0')):
        answer = vendor.ask(at(endpoint), **{"If-None-Match": header})
        assert (answer.status_code, answer.content) == (200, plain.content), header


@every
def test_another_question_has_another_tag(riverside: Any, endpoint: Endpoint) -> None:
    vendor = vendor_of(riverside, endpoint)
    queries = ["", "fields=sourcedId", "fields=status"]
    if endpoint.many:
        queries += ["limit=1", "offset=1", "sort=status", "sort=status&orderBy=desc"]
        queries += ["filter=" + quote(f"status='{word}'") for word in ("active", "tobedeleted")]
    tags = [vendor.ask(f"{at(endpoint)}?{query}")["ETag"] for query in queries]
    assert len(set(tags)) == len(tags)


@every
def test_a_tag_opens_nothing_without_a_token(riverside: Any, endpoint: Endpoint) -> None:
    vendor: Asker = vendor_of(riverside, endpoint)
    tag = vendor.ask(at(endpoint))["ETag"]
    answer = vendor.ask(at(endpoint), Authorization="", **{"If-None-Match": tag})
    assert answer.status_code == 401


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_nested_list_is_the_list_narrowed(riverside: Any, version: str) -> None:
    """Whoever is in a nested list is in the whole list, with the very same document."""
    for endpoint in LISTS:
        if endpoint.is_nested and endpoint.version == version:
            vendor = vendor_of(riverside, endpoint)
            whole = {each["sourcedId"]: each for each in vendor.live(endpoint.envelope)}
            found = read(vendor.list(at(endpoint)))
            assert {each["sourcedId"]: each for each in found}.items() <= whole.items()
            assert len(set(ids(found))) == len(found)


@pytest.mark.parametrize("length", [10, 1000, 3000, 6000])
def test_links_stay_short_or_the_request_is_refused(riverside: Any, length: int) -> None:
    """A head that a proxy can't take is 502; a list without its next page would be cut."""
    vendor = riverside.full["1.2"]
    query = f"appName={'a' * length}"
    answer = vendor.ask(f"{vendor.address('users')}?{query}&limit=1&offset=1")
    if length < 3500:
        assert len(answer["Link"]) < 4000
        assert "next" in links_of(answer)
        return
    assert answer.status_code == 400
    assert "next page can't be named" in answer.content.decode()
    whole = vendor.ask(f"{vendor.address('users')}?{query}&limit=50000")
    assert (whole.status_code, "Link" in whole) == (200, False)
