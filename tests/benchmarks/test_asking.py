"""The clock's client takes answers as servers send them: in pieces, and one after the other."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.benchmarks.asking import Broken, Request, Wire

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: %d\r\n\r\n%b"


@contextlib.contextmanager
def server(*pieces: bytes) -> Iterator[int]:
    """Send the pieces to whoever comes, whatever is asked, and hang up; yields the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                for piece in pieces:
                    connection.sendall(piece)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(4096)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_an_answer_in_pieces_is_taken_whole() -> None:
    body = b'{"users":[{"sourcedId":"1"},{"sourcedId":"2"}]}'
    whole = ANSWER % (len(body), body)
    with server(whole[:30], whole[30:70], whole[70:]) as port, Wire(port) as wire:
        answer = wire.ask(Request("/users", "Bearer x"))
    assert (answer.status, answer.body, answer.seconds > 0) == (200, body, True)
    assert answer.header("Content-Type") == "application/json"
    assert [record["sourcedId"] for record in answer.records()] == ["1", "2"]


def test_an_answer_larger_than_the_buffer_is_taken_whole() -> None:
    body = b"x" * (3 << 20)
    with server(ANSWER % (len(body), body)) as port, Wire(port) as wire:
        assert wire.ask(Request("/")).body == body


def test_an_answer_cut_short_is_no_sample() -> None:
    cut_short = pytest.raises(Broken, match="before the answer was whole")
    with server(ANSWER % (10, b"short")) as port, Wire(port) as wire, cut_short:
        wire.ask(Request("/"))


def test_a_refusal_is_told_in_its_own_words() -> None:
    refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nwhy?"
    with server(refusal) as port, Wire(port) as wire:
        answer = wire.ask(Request("/"))
    with pytest.raises(Broken, match=r"403: why\?"):
        answer.document()
