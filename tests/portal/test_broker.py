"""The embedded broker's letters are whole or not there, and its address list is mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import filesystem

from portal import broker, embedded
from portal.celery import app


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Any]:
    options = embedded.broker_options(tmp_path)
    with Connection("filesystem://localhost//", transport_options=options) as connection:
        yield connection.channel()


def test_celery_sends_by_it() -> None:
    with app.connection_for_write("filesystem://localhost//") as connection:
        assert isinstance(connection.transport, broker.Transport)


def test_a_letter_appears_whole(
    channel: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it does, who looks for letters finds none: neither half of one, nor its draft."""
    found: list[type[Exception]] = []
    appear = broker.os.replace

    def looked(draft: Path, path: Path) -> None:
        with pytest.raises(Empty):
            channel._get("celery")
        found.append(Empty)
        appear(draft, path)

    monkeypatch.setattr(broker.os, "replace", looked)
    channel._put("celery", {"body": "…"})
    assert (channel._get("celery"), found) == ({"body": "…"}, [Empty])


def test_letters_are_taken_in_the_order_in_which_they_were_written(
    channel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that started a quarter of an hour ago, its clock gets a further digit."""
    for seconds in (999.9, 1000.1):
        monkeypatch.setattr(broker, "monotonic", lambda now=seconds: now)
        channel._put("celery", {"at": seconds})
    assert [channel._get("celery")["at"] for _ in range(2)] == [999.9, 1000.1]


@pytest.mark.parametrize("content", [None, "", '[["cel'])
def test_an_address_list_that_is_missing_or_cut_off_is_written_anew(
    channel: Any, tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "broker" / "control" / "celery.exchange"
    path.parent.mkdir(parents=True, exist_ok=True)
    if content is not None:
        path.write_text(content)
    assert channel.get_table("celery") == []
    for _ in range(2):
        channel._queue_bind("celery", "celery", None, "celery")
        assert channel.get_table("celery") == [filesystem.exchange_queue_t("celery", "", "celery")]
