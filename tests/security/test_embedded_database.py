"""The embedded database stays whole, and everybody is answered, whoever uses it at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.stress.run import run


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="the embedded database is tested once")
def test_two_web_processes_worker_beat_and_commands_leave_it_whole(tmp_path: Path) -> None:
    outcome = run(tmp_path, seconds=5)
    assert outcome.failures == []
    assert outcome.answers["200"] > 20
    assert outcome.commands["import_roster"]
    assert outcome.commands["list_kind"]
