"""Pages of a list, the fields that are asked for, and the order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests.utils import parse_header_links

from connections.provider.asking import Page, Provider, asked
from connections.provider.documents import instant
from connections.provider.lists import single_of
from connections.provider.table import Outcome
from roster.api.operations import Operation
from roster.api.parameters import DEFAULT_LIMIT

SMALL = 2
SOME = ("sourcedId", "dateLastModified")


def examine(provider: Provider) -> Iterator[Outcome]:
    """Read the beginning of each list in small pages too, and follow what they name."""
    for operation in provider.operations(many=True):
        whole = provider.first(operation)
        if whole.answer.status != 200:
            continue
        count = len(whole.documents)
        most = f"{count} records" if count > DEFAULT_LIMIT else ""
        yield Outcome("default", whole.asked, most)
        pages = [provider.page(operation, limit=SMALL, offset=offset) for offset in (0, SMALL)]
        yield from _small(whole, pages)
        yield from _totals(whole, pages)
        if whole.total:
            yield from _links(provider, operation, pages[1], whole.total)
            past = provider.page(operation, offset=whole.total + DEFAULT_LIMIT)
            right = past.answer.status == 200 and not past.documents
            found = f"{past.answer.said}, {len(past.documents)} records"
            yield Outcome("beyond", past.asked, "" if right else found)


def _small(whole: Page, pages: list[Page]) -> Iterator[Outcome]:
    for at, page in enumerate(pages):
        wanted = min(SMALL, max(0, len(whole.documents) - at * SMALL))
        got = len(page.documents)
        yield Outcome("size", page.asked, "" if got == wanted else f"{got} records, not {wanted}")
    read = [each for page in pages for each in page.ids]
    right = read == whole.ids[: 2 * SMALL]
    yield Outcome("order", pages[1].asked, "" if right else "other records than on a large page")


def _totals(whole: Page, pages: list[Page]) -> Iterator[Outcome]:
    count = len(whole.documents)
    if whole.total is None:
        yield Outcome("total", whole.asked, "no such number")
        return
    right = whole.total == count if count < DEFAULT_LIMIT else whole.total >= count
    yield Outcome("total", whole.asked, "" if right else f"{whole.total} of {count} records")
    for page in pages:
        same = page.total == whole.total
        yield Outcome("stable", page.asked, "" if same else f"{page.total}, before {whole.total}")


def _links(provider: Provider, operation: Operation, page: Page, total: int) -> Iterator[Outcome]:
    links = links_of(page)
    wanted = {"first", "last", "prev"} | ({"next"} if total > 2 * SMALL else set())
    wrong = [f"no {each}" for each in sorted(wanted - links.keys())]
    wrong += [f"{name} isn't on this host" for name in links if not provider.is_here(links[name])]
    if total > SMALL:
        yield Outcome("links", page.asked, ", ".join(wrong))
    last = links.get("last", "")
    answer = provider.follow(last)
    if answer:
        read = Page("", answer, [], None)
        body = answer.body.get(operation.envelope) if isinstance(answer.body, dict) else None
        right = answer.status == 200 and body and "next" not in links_of(read)
        found = f"{answer.said}, no records, or a next page"
        yield Outcome("last", f"{page.asked}, last", "" if right else found)
    chosen = provider.page(operation, limit=SMALL, fields="sourcedId")
    lost = [
        name
        for name, address in links_of(chosen).items()
        if parse_qs(urlsplit(address).query).get("fields") != ["sourcedId"]
    ]
    yield Outcome("kept", chosen.asked, f"lost in {', '.join(lost)}" if lost else "")


def links_of(page: Page) -> dict[str, str]:
    """Return the addresses of a Link header by relation."""
    found = parse_header_links(page.answer.headers.get("Link", ""))
    return {each["rel"]: each["url"] for each in found if "rel" in each}


def fields(provider: Provider) -> Iterator[Outcome]:
    """Ask each list, and a record of it, for two fields and for one."""
    for operation in provider.operations(many=True):
        whole = provider.first(operation)
        page = provider.page(operation, limit=5, fields=",".join(SOME))
        if not whole.documents:
            continue
        right = page.documents and all(set(each) == set(SOME) for each in page.documents)
        yield Outcome("fields", page.asked, "" if right else _other(page))
        single = single_of(provider, operation)
        if single:
            query = (("fields", "sourcedId"),)
            answer = provider.get(single.address({"sourcedId": whole.ids[0]}), query)
            body = answer.body.get(single.envelope) if isinstance(answer.body, dict) else None
            right = isinstance(body, dict) and set(body) == {"sourcedId"}
            found = "" if right else f"{answer.said}, other fields"
            yield Outcome("fields-single", asked(single, query), found)


def _other(page: Page) -> str:
    return f"{page.answer.said}, other fields" if page.documents else f"{page.answer.said}, nothing"


# Orders.


def sort(provider: Provider) -> Iterator[Outcome]:
    """Ask each list in the order of its ids and of its stamps, both ways."""
    for operation in provider.operations(many=True):
        if len(provider.first(operation).documents) < SMALL:
            continue
        for name, keys in KEYS.items():
            for way in ("asc", "desc"):
                page = provider.page(operation, sort=name, orderBy=way)
                values = [str(each.get(name, "")) for each in page.documents]
                values = values if way == "asc" else values[::-1]
                right = len(values) > 1 and any(_rises([key(v) for v in values]) for key in keys)
                yield Outcome("sort", page.asked, "" if right else "another order")


def _rises(values: list[Any]) -> bool:
    return all(one <= two for one, two in pairwise(values))


def _letters(value: str) -> str:
    return re.sub(r"[\W_]", "", value).casefold()


KEYS: dict[str, tuple[Callable[[str], Any], ...]] = {
    "sourcedId": (str, str.casefold, _letters),
    "dateLastModified": (instant,),
}
"""By field, how its values may be compared: ids as bytes, or as a database's language has it."""
