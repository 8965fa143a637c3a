"""Writes at the same moment, and while a refresh runs: whole, and read at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from connections.models import Connection
from connections.viewing import reader_of
from roster import grading
from roster.grading.refusals import Stale
from roster.models import Written
from tests.conformance.conftest import SLUG, run
from tests.grading.vendor import Vendor, line_item, result


def closing(act: Callable[[], Any]) -> Any:
    """Do something in a thread of its own, which has its own connection to the database."""
    try:
        return act()
    finally:
        connections.close_all()


def test_of_two_writers_the_last_one_wins_whole(riverside: Any) -> None:
    riverside.examiner.put("lineItems", "raced", **line_item())
    sent = [
        (vendor, {"score": float(at), "comment": f"score {at}"})
        for at in range(6)
        for vendor in (riverside.examiner, riverside.second)
    ]

    def put(one: tuple[Vendor, dict[str, Any]]) -> int:
        vendor, values = replace(one[0], browser=Client()), one[1]
        sent = result("raced", **values)
        status: int = closing(lambda: vendor.put("results", "raced", **sent).status_code)
        return status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(put, sent)) == {201}
    found = riverside.second.document("results", "raced")
    assert found["comment"] == f"score {found['score']:g}"
    rows = Written.objects.filter(collection="results", sourced_id="raced")
    assert rows.count() == len(sent)
    assert rows.values("record", "born").distinct().count() == 1
    assert riverside.examiner.ids("/results").count("raced") == 1


@pytest.mark.parametrize("there", [False, True])
def test_who_came_before_a_write_of_the_same_record_writes_it_too(
    riverside: Any, there: bool
) -> None:
    vendor, name = riverside.examiner, f"overtaken-{there}"
    vendor.put("lineItems", "overtaken", **line_item())
    if there:
        vendor.put("results", name, **result("overtaken", comment="one"))
    came = reader_of(Connection.objects.get(pk=riverside.second.connection))
    vendor.put("results", name, **result("overtaken", comment="two"))
    body = result("overtaken", comment="three")
    with pytest.raises(Stale):
        grading.put(came, "results", name, body, lambda text: b'"one"' in text)
    grading.put(came, "results", name, body)
    assert vendor.document("results", name)["comment"] == "three"


def test_a_write_is_read_at_once_while_a_refresh_runs(riverside: Any) -> None:
    vendor = riverside.examiner
    vendor.put("lineItems", "beside", **line_item())
    with ThreadPoolExecutor(1) as pool:
        refreshing = pool.submit(closing, lambda: run("refresh_cache", SLUG))
        at = 0
        while at < 3 or (not refreshing.done() and at < 40):
            name = f"beside-{at}"
            assert vendor.put("results", name, **result("beside", score=at)).status_code == 201
            assert vendor.document("results", name)["score"] == at
            assert name in riverside.second.ids("/classes/k-phy-n/results")
            at += 1
        refreshing.result()
    assert {f"beside-{each}" for each in range(at)} <= set(vendor.ids("/results"))
