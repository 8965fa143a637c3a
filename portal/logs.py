"""One line of JSON per log record on standard error, without secrets."""

import json
import logging
import re
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
    | :// [^/\s:@]* : )
    [^\s"'&,;}@]+
    """
)


# What PostgreSQL adds to an error: the row or the cell that it failed on, which may be a child's.
DETAIL = re.compile(r"^(DETAIL|CONTEXT|HINT|LINE \d+):.*(\n[ \t]+.*)*", re.MULTILINE)


class Line(logging.Formatter):
    """Formats a record as one JSON object: at, level, logger, message, extras, error."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        for name, value in vars(record).items():
            if name not in KNOWN:
                fields[name] = without_secrets(str(value))
        if record.exc_info:
            fields["error"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=False)


def without_secrets(text: str) -> str:
    """Return the text with passwords, secrets, tokens and the database's details taken out."""
    return SECRET.sub(r"\1***", DETAIL.sub(r"\1: ***", text))
