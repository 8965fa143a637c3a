"""What stands in for servers is private, made once, and the same for all who ask."""

import os
import pwd
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from portal import embedded, env
from tests.portal import running


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_data_folder_and_the_key_are_for_one_user_only(tmp_path):
    key = embedded.secret_key(tmp_path / "data")
    assert len(key) >= 50
    assert mode(tmp_path / "data") == 0o700
    assert mode(tmp_path / "data" / "secret-key") == 0o600


def test_all_who_ask_at_once_get_the_same_key(tmp_path):
    with ThreadPoolExecutor(8) as many:
        keys = set(many.map(lambda _: embedded.secret_key(tmp_path), range(32)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_the_broker_reads_the_folder_that_it_writes(tmp_path):
    options = embedded.broker_options(tmp_path)
    assert options["data_folder_in"] == options["data_folder_out"]
    assert mode(tmp_path / "broker") == 0o700


def open_to_all(data):
    """A data folder as earlier versions left it: names of children in files that all can read."""
    (data / "uploads").mkdir(parents=True)
    for name in ("rosterdesk.sqlite3", "rosterdesk.sqlite3-wal", "uploads/roster.zip"):
        (data / name).write_text("Ann Lee")
        (data / name).chmod(0o644)
    for folder in (data / "uploads", data):
        folder.chmod(0o755)
    return data


def test_what_other_users_could_read_is_closed_to_them(tmp_path):
    data = open_to_all(tmp_path / "data")
    embedded.keep_private(data)
    assert [mode(path) for path in (data, data / "uploads")] == [0o700, 0o700]
    assert {mode(path) for path in data.glob("rosterdesk*")} == {0o600}


def test_a_folder_that_holds_other_things_keeps_its_mode_and_they_theirs(tmp_path):
    data = open_to_all(tmp_path / "data")
    (data / "poem.txt").touch(0o644)
    before = [mode(path) for path in (data, data / "poem.txt")]
    embedded.keep_private(data)
    assert [mode(path) for path in (data, data / "poem.txt")] == before
    assert mode(data / "rosterdesk.sqlite3") == 0o600
    assert mode(data / "uploads") == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_what_cannot_be_closed_to_others_is_refused_in_words():
    with tempfile.TemporaryDirectory() as folder:  # Pytest's own let nobody else in.
        Path(folder).chmod(0o755)
        data = open_to_all(Path(folder) / "data")
        with as_nobody(), pytest.raises(env.BadSetting) as refused:
            embedded.keep_private(data)
    assert f"As its owner run: chmod -R go= {data / 'rosterdesk.sqlite3'}" in str(refused.value)


EVERY_PROCESS = {
    "a command": ["manage.py", "list_kind", "nobody", "users"],
    "worker and beat": ["-c", "import portal.celery as it; it.app.conf.broker_url; FILE"],
    "a WSGI server": ["-c", "import portal.wsgi; FILE"],
}


@pytest.mark.parametrize("words", EVERY_PROCESS.values(), ids=EVERY_PROCESS)
def test_every_process_mends_the_folder_and_makes_private_files(tmp_path, words):
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    (data / "rosterdesk.sqlite3").touch(0o644)
    file = f"open({str(data / 'rosterdesk.sqlite3-new')!r}, 'w')"
    subprocess.run(
        [sys.executable, *(word.replace("FILE", file) for word in words)],
        cwd=env.BASE, env=running.embedded(data), umask=0o022, check=False, capture_output=True,
    )  # fmt: skip
    made = list(data.rglob("*"))
    assert len(made) > 2
    assert {path: oct(mode(path)) for path in (data, *made) if mode(path) & 0o077} == {}


@contextmanager
def as_nobody():
    """Act as the user that owns nothing."""
    os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
