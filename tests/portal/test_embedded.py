"""What stands in for servers is private, made once, and the same for all who ask."""

import stat
from concurrent.futures import ThreadPoolExecutor

from portal import embedded


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
