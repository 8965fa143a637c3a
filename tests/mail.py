"""A mail server for tests, as real as its protocol."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller


class Sink:
    """A mail server that keeps what it gets; `broken` is what it answers instead of 250."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], Message]] = []
        self.broken = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.broken:
            return self.broken
        self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 taken"

    def subjects(self) -> list[str]:
        subjects = [str(message["Subject"]) for _, message in self.got]
        self.got.clear()
        return subjects


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.PUBLIC_URL = "https://desk.example"
    yield sink
    controller.stop()
