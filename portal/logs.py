"""One line of JSON per log record on standard error, without secrets."""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

# What a record has by nature; anything else was given as `extra` and is written.
KNOWN = {
    *vars(logging.makeLogRecord({})),
    "message",
    "asctime",
    "request",
    "server_time",
    "taskName",
}

# A name that announces a secret, whatever is between, and the secret. No blank can be taken
# by two of its parts: an address may have thousands, and the ways to share them are their square.
SECRET = re.compile(
    r"""(?ix)
    ( (?: client_secret | access_token | refresh_token | password | passwd | secret_key | token )
      ["']? \s* [=:] \s* ["']?
    | authorization ["']? \s* [=:] \s* (?: ["'] \s* )? (?: (?: basic | bearer ) \s* )?
    | \b (?: basic | bearer ) \s+
    | :// [^/\s:@]* :
    | /hand-over/ )
    [^\s"'&,;}@]+
    """
)


# What PostgreSQL adds to an error: the row or the cell that it failed on, which may be a child's.
DETAIL = re.compile(r"^(DETAIL|CONTEXT|HINT|LINE \d+):.*(\n[ \t]+.*)*", re.MULTILINE)

# What an exception says begins its line, and what it quotes may be a cell of a child's row.
SAID = re.compile(r"^\S.*", re.MULTILINE)
QUOTED = re.compile(r"""'[^'\n]*'|“[^”\n]*”|: "[^"\n]*\"""")


request_id: ContextVar[str] = ContextVar("request_id", default="")
"""By which the lines of one request are found, here and in the proxy's log."""


EVERY = 60.0
"""Seconds in which the same failure is told once."""


class OncePerCause(logging.Filter):
    """Lets a failure through once a minute, with how often it was left out before.

    The cause is where the exception was raised; a database that is gone fails every request.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[object, ...], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.exc_info or record.exc_info[2] is None:
            return True
        frames = traceback.extract_tb(record.exc_info[2])
        cause = (record.name, record.exc_info[0], frames[-1].filename, frames[-1].lineno)
        at, left_out = self._last.get(cause, (-EVERY, 0))
        if record.created - at < EVERY:
            self._last[cause] = (at, left_out + 1)
            return False
        self._last[cause] = (record.created, 0)
        if left_out:
            record.left_out = left_out
        return True


class WithoutAddress(logging.Filter):
    """Puts the route in the place of a path, which may hold a child's id; drops what is known.

    503 is told where it comes from, with its cause.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 0) == 503:
            return False
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        if isinstance(record.args, tuple) and len(record.args) == 2:
            record.args = (record.args[0], match.route if match else "an address of nobody's")
        return True


class Line(logging.Formatter):
    """Formats a record as one JSON object: at, level, logger, message, request, extras, error."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if found := request_id.get():
            fields["request"] = found
        for name, value in vars(record).items():
            if name not in KNOWN:
                fields[name] = without_secrets(str(value))
        if record.exc_info:
            fields["error"] = without_cells(without_secrets(self.formatException(record.exc_info)))
        return json.dumps(fields, ensure_ascii=False)


def without_cells(traceback: str) -> str:
    """Return a traceback without what its exceptions quote; kinds, files and lines stay."""
    return SAID.sub(lambda line: QUOTED.sub("***", line[0]), traceback)


def without_secrets(text: str) -> str:
    """Return the text with passwords, secrets, tokens and the database's details taken out."""
    return SECRET.sub(r"\1***", DETAIL.sub(r"\1: ***", text))
