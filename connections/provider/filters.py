"""Filters: every operator, both joins, what was modified since a moment and what was removed.

A server may repeat in a delta what changed while it was being read, so that nothing is missed
(ours does). Therefore only what lies a day back has to be exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import ge, gt, le, lt
from typing import Any

from connections.provider.asking import Document, Page, Provider
from connections.provider.documents import instant, is_written
from connections.provider.lists import outsider
from connections.provider.table import Outcome
from roster.api.operations import Operation
from roster.api.parameters import DEFAULT_LIMIT
from roster.clock import clock
from roster.dialects.fields import FIELDS, Field, Type

STAMP = "dateLastModified"
DAY = 24 * 60 * 60
FAR = "2999-01-01T00:00:00.000Z"
COMPARED = {">": gt, ">=": ge, "<": lt, "<=": le}
REPEATING = (">", ">=")
PLAIN = (Type.STRING, Type.STATUS, Type.BOOLEAN, Type.DATE, Type.INSTANT, Type.REFERENCE)
"""Types whose values are one text, which a filter can be made of."""


def examine(provider: Provider) -> Iterator[Outcome]:
    """Filter each list by values of its own records."""
    for operation in provider.operations(many=True):
        page = provider.first(operation)
        known = [each for each in page.documents if _is_plain(each.get("sourcedId"))]
        if not known:
            continue
        for field in FIELDS[operation.version][operation.collection]:
            yield from _equal(provider, operation, field, page)
        yield from _by_id(provider, operation, known[0], page)
        yield from _joined(provider, operation, known)
        yield from _compared(provider, operation, page)


def _equal(
    provider: Provider, operation: Operation, field: Field, whole: Page
) -> Iterator[Outcome]:
    source = next((each for each in whole.documents if _is_plain(_value(field, each))), None)
    if field.type not in PLAIN or source is None:
        return
    value = _value(field, source)
    name = field.name + (".sourcedId" if field.type is Type.REFERENCE else "")
    page = _filtered(provider, operation, f"{name}='{value}'")
    others = [
        each for each in page.documents
        if str(_value(field, each)).casefold() != str(value).casefold()
    ]  # fmt: skip
    yield Outcome("equal", page.asked, f"{len(others)} others" if others else "")
    yield _finds(page, source)


def _finds(page: Page, source: Document) -> Outcome:
    there = source["sourcedId"] in page.ids or len(page.documents) >= DEFAULT_LIMIT
    found = f"{page.answer.said}, {len(page.documents)} records without it"
    return Outcome("finds", page.asked, "" if there else found)


def _by_id(
    provider: Provider, operation: Operation, one: Document, whole: Page
) -> Iterator[Outcome]:
    sourced_id = str(one["sourcedId"])
    page = _filtered(provider, operation, f"sourcedId!='{sourced_id}'")
    right = page.answer.status == 200 and sourced_id not in page.ids
    if whole.total is not None:
        right = right and page.total == whole.total - 1
    found = f"{page.answer.said}, {page.total} of {whole.total} records"
    yield Outcome("unequal", page.asked, "" if right else found)
    part = sourced_id[1:] or sourced_id
    page = _filtered(provider, operation, f"sourcedId~'{part}'")
    others = [each for each in page.ids if part.casefold() not in each.casefold()]
    yield Outcome("contains", page.asked, f"{len(others)} others" if others else "")
    yield _finds(page, one)


def _joined(provider: Provider, operation: Operation, known: list[Document]) -> Iterator[Outcome]:
    one, two = known[0], known[-1]
    clauses = [f"sourcedId='{each['sourcedId']}'" for each in (one, two)]
    page = _filtered(provider, operation, " OR ".join(clauses))
    right = set(page.ids) == {one["sourcedId"], two["sourcedId"]}
    found = f"{page.answer.said}, {len(page.documents)} records"
    yield Outcome("or", page.asked, "" if right else found)
    stranger = outsider(provider, operation)
    if stranger:
        page = _filtered(
            provider, operation, f"{clauses[0]} OR sourcedId='{stranger['sourcedId']}'"
        )
        escaped = stranger["sourcedId"] in page.ids
        yield Outcome("or", page.asked, "a record that isn't in this list" if escaped else "")
    if one is not two:
        page = _filtered(provider, operation, " AND ".join(clauses))
        right = page.answer.status == 200 and not page.documents
        found = f"{page.answer.said}, {len(page.documents)} records"
        yield Outcome("and", page.asked, "" if right else found)
    page = _filtered(provider, operation, f"{clauses[0]} AND status='active'")
    wanted = [one["sourcedId"]] if one.get("status") == "active" else []
    found = f"{page.answer.said}, {len(page.documents)} records"
    yield Outcome("and", page.asked, "" if page.ids == wanted else found)


def _compared(provider: Provider, operation: Operation, whole: Page) -> Iterator[Outcome]:
    stamps = _stamps(whole)
    if not stamps:
        return
    value = stamps[len(stamps) // 2]
    settled = is_settled(value)
    totals: dict[str, int | None] = {}
    for operator, compare in COMPARED.items():
        if operator in REPEATING and not settled:
            continue
        page = _filtered(provider, operation, f"{STAMP}{operator}'{value}'")
        yield Outcome("compared", page.asked, _unmatched(page, compare, value))
        totals[operator] = page.total
    if settled and None not in totals.values():
        known = {operator: total or 0 for operator, total in totals.items()}
        sums = {known["<"] + known[">="], known[">"] + known["<="]}
        found = " and ".join(map(str, sorted(sums))) + " records"
        yield Outcome("split", f"{whole.asked}, by {STAMP}", "" if len(sums) == 1 else found)


def _unmatched(page: Page, compare: Callable[[Any, Any], bool], value: str) -> str:
    """Return how many records of a page aren't on the side that was asked for."""
    if page.answer.status != 200:
        return page.answer.said
    wrong = sum(not compare(instant(each), instant(value)) for each in _stamps(page))
    return f"{wrong} others" if wrong else ""


def deltas(provider: Provider) -> Iterator[Outcome]:
    """Ask each list for what changed since its newest record, for the removed and the active."""
    for operation in provider.operations(many=True):
        whole = provider.first(operation)
        stamps = _stamps(whole)
        if stamps:
            page = _filtered(provider, operation, f"{STAMP}>='{stamps[-1]}'")
            found = f"{page.answer.said}, not even the newest record"
            yield Outcome("delta", page.asked, "" if page.documents else found)
        for newest in [each for each in stamps if is_settled(each)][-1:]:
            page = _filtered(provider, operation, f"{STAMP}>='{newest}'")
            yield Outcome("exact", page.asked, _unmatched(page, ge, newest))
        page = _filtered(provider, operation, f"{STAMP}>'{FAR}'")
        yield Outcome("future", page.asked, _empty(page))
        for key, status in (("removed", "tobedeleted"), ("active", "active")):
            page = _filtered(provider, operation, f"status='{status}'")
            others = [each for each in page.documents if each.get("status") != status]
            found = f"{len(others)} others" if others else ""
            yield Outcome(key, page.asked, found if page.answer.status == 200 else page.answer.said)


def _stamps(page: Page) -> list[str]:
    """Return when the records of a page were modified, as it is written there, the oldest first."""
    found = [str(each.get(STAMP)) for each in page.documents]
    return sorted((each for each in found if is_written(Type.INSTANT, each)), key=instant)


def is_settled(value: str) -> bool:
    """Return whether a moment is so long ago that nobody reads what changed around it."""
    return clock().timestamp() - instant(value) > DAY


def _empty(page: Page) -> str:
    right = page.answer.status == 200 and not page.documents
    return "" if right else f"{page.answer.said}, {len(page.documents)} records"


def _filtered(provider: Provider, operation: Operation, text: str) -> Page:
    return provider.page(operation, filter=text)


def _value(field: Field, document: Document) -> Any:
    found = document.get(field.name)
    if field.type is Type.REFERENCE:
        return found.get("sourcedId") if isinstance(found, dict) else None
    return found


def _is_plain(value: Any) -> bool:
    """Return whether a value can stand between quotes as it is."""
    return isinstance(value, str) and 0 < len(value) < 200 and not set(value) & set("'\"‘’")
