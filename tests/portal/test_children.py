"""The embedded worker ends with a job that hangs: threads can't be ended alone."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest

from portal import children
from portal.celery import app


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    found = threading.Event()
    monkeypatch.setattr(os, "_exit", lambda code: found.set())
    return found


def test_a_job_that_hangs_ends_the_embedded_worker(ended: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.conf, "task_time_limit", 0.01)
    children.end_if_it_hangs(task_id="1")
    assert ended.wait(10)
    children.has_ended(task_id="1")


def test_one_that_ends_in_time_does_not(ended: Any) -> None:
    children.end_if_it_hangs(task_id="1")
    timer = children.limits["1"]
    children.has_ended(task_id="1")
    timer.join(10)
    assert not timer.is_alive()
    assert not ended.is_set()
    assert children.limits == {}
