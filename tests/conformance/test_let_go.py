"""A page of megabytes is gone with whoever asked for it, and is there in few copies before."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from roster import reading

LISTS = ("users", "enrollments", "nothing")
COPIES = 3.5
"""A page joined, with its origin, and as it is sent; beside it, the documents that were read."""

PAGES = 20


def asked(riverside: Any, version: str, plural: str) -> HttpResponse:
    """Ask the view itself: Django's test client keeps answers."""
    vendor = riverside.full[version]
    path = vendor.address(plural) if plural != "nothing" else "/ims/oneroster/v1p1/nothing"
    headers = {"Authorization": f"Bearer {vendor.token}"}
    request = RequestFactory().get(path, {"limit": 50_000}, headers=headers)
    found = resolve(path)
    answer = found.func(request, *found.args, **found.kwargs)
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.parametrize("plural", LISTS)
def test_no_answer_waits_for_a_garbage_collection(riverside: Any, plural: str) -> None:
    gc.collect()
    gc.disable()
    try:
        kept = [weakref.ref(asked(riverside, "1.1", plural)) for _ in range(5)]
        assert [answer() for answer in kept] == [None] * 5
    finally:
        gc.enable()


def test_large_pages_are_there_in_few_copies_and_gone_one_after_the_other(
    riverside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = b'{"sourcedId":"' + 1000 * b"a" + b'","href":"/ims/oneroster"}'
    page = reading.Page(5000 * [document], 5000)
    monkeypatch.setattr(reading, "page", lambda *_: page)
    size = len(asked(riverside, "1.2", "enrollments").content)
    assert size > 5_000_000
    gc.disable()
    tracemalloc.start()
    try:
        for _ in range(PAGES):
            asked(riverside, "1.2", "enrollments")
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert peak < COPIES * size, f"{peak / size:.1f} copies"
    assert kept < size / 2
