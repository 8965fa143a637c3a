"""A minimal HTTP client over one kept-alive socket, so that the clock sees the server alone.

The clock runs from the first byte sent to the last one received; nothing is parsed meanwhile but
the length of the body. Weighed and left: http.client (a millisecond of its own for a large page)
and wrk (it doesn't say what came back, so nothing could be checked).
"""

from __future__ import annotations

import gzip
import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Self

PATIENCE = 120
"""Seconds after which an answer counts as none."""

END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length:"


class Broken(RuntimeError):
    """What was to be measured didn't answer, or answered something else."""


@dataclass(frozen=True)
class Request:
    """What is asked. `form` makes it a POST; `authorization` is the whole header."""

    path: str
    authorization: str = ""
    form: str = ""
    gzip: bool = False

    def encoded(self) -> bytes:
        lines = [f"{'POST' if self.form else 'GET'} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        if self.authorization:
            lines.append(f"Authorization: {self.authorization}")
        if self.gzip:
            lines.append("Accept-Encoding: gzip")
        if self.form:
            lines.append("Content-Type: application/x-www-form-urlencoded")
            lines.append(f"Content-Length: {len(self.form)}")
        return "\r\n".join([*lines, "", self.form]).encode()


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds its last byte was here."""

    seconds: float
    status: int
    head: bytes = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return value.strip().decode()
        return ""

    @property
    def is_gzip(self) -> bool:
        return self.header("Content-Encoding") == "gzip"

    def document(self) -> dict[str, Any]:
        """Return the body's object, or say what came instead."""
        if self.status != 200:
            raise Broken(f"{self.status}: {self.body[:400].decode(errors='replace')}")
        found = json.loads(gzip.decompress(self.body) if self.is_gzip else self.body)
        assert isinstance(found, dict)
        return found

    def records(self) -> list[dict[str, Any]]:
        """Return the list of a collection's envelope; of a single, its one record."""
        (found,) = self.document().values()
        return found if isinstance(found, list) else [found]


class Wire:
    """One connection to a port of this machine; asks one thing after the other."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray(1 << 20)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, request: Request) -> Answer:
        sent = request.encoded()
        began = time.perf_counter()
        self.socket.sendall(sent)
        head, end = self._receive()
        seconds = time.perf_counter() - began
        told = bytes(self.buffer[:head])
        return Answer(seconds, int(told[9:12]), told, bytes(self.buffer[head:end]))

    def _receive(self) -> tuple[int, int]:
        """Fill the buffer with one whole answer; return where its head and its body end."""
        filled, head = 0, -1
        while head < 0:
            filled += self._more(filled)
            head = self.buffer.find(END, 0, filled)
        head += len(END)
        end = head + _length(bytes(self.buffer[:head]))
        if end > len(self.buffer):
            self.buffer.extend(bytes(end - len(self.buffer)))
        while filled < end:
            filled += self._more(filled)
        return head, end

    def _more(self, filled: int) -> int:
        with memoryview(self.buffer) as view:
            received = self.socket.recv_into(view[filled:])
        if not received:
            raise Broken("The server closed the connection before the answer was whole.")
        return received


def _length(head: bytes) -> int:
    start = head.lower().find(LENGTH)
    if start < 0:
        raise Broken(f"An answer without Content-Length: {head!r}")
    return int(head[start + len(LENGTH) :].split(b"\r\n", 1)[0])
