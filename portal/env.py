"""Reads the settings from the environment, strictly: what it doesn't know, it refuses by name.

One table says which settings there are, what they mean and what is used without them; the README's
table is held to it by a test. Each can also be given as NAME_FILE, the path of a file that holds
the value, so that secrets need not be in the environment. No message repeats a value that may
hold a password.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from portal import issuers, values

BASE = Path(__file__).resolve().parent.parent


class BadSetting(ImproperlyConfigured):
    """A setting that can't be understood; its text names the variable."""


@dataclass(frozen=True)
class Setting:
    """A row of the table: the variable, what it means, its default, how it is read."""

    name: str
    meaning: str
    default: str
    read: Callable[[str], Any]


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return every setting of the table by name, read and checked; None where it isn't given."""
    return {setting.name: value_of(setting, environ) for setting in SETTINGS}


def without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without any setting of the product: what tests begin with."""
    ours = {setting.name for setting in SETTINGS}
    return {name: text for name, text in environ.items() if name.removesuffix("_FILE") not in ours}


def value_of(setting: Setting, environ: Mapping[str, str]) -> Any:
    text = text_of(setting.name, environ)
    if text is None:
        return None
    try:
        return setting.read(text)
    except ValueError as error:
        raise BadSetting(f"{setting.name}: {error}") from None


def text_of(name: str, environ: Mapping[str, str]) -> str | None:
    """Return what the variable, or the file that it names, holds."""
    text, file = environ.get(name), environ.get(f"{name}_FILE")
    if file is not None:
        if text is not None:
            raise BadSetting(f"{name} and {name}_FILE are both set; keep one of them")
        try:
            text = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise BadSetting(f"{name}_FILE: the file can't be read: {error}") from None
    if text is not None and not text.strip():
        raise BadSetting(f"{name} is set but empty; give it a value or take it away")
    return text.strip() if text is not None else None


SETTINGS = (
    Setting(
        "DATABASE_URL",
        "PostgreSQL: `postgres://user:password@host:port/name`, or `postgres:///name?host=/run/…` "
        "for a socket; libpq's options after the `?` (`connect_timeout` is 5 seconds without it), "
        "and `pool=10` for a pool per process",
        "SQLite in the data folder",
        values.database,
    ),
    Setting(
        "BROKER_URL",
        "carries background jobs: `redis://`, `rediss://`, `redis+socket://`, `amqp://`, "
        "`amqps://`",
        "files in the data folder",
        values.broker,
    ),
    Setting(
        "CACHE_URL",
        "counts attempts and requests for all processes: `redis://`, `rediss://`, `unix://`",
        "a table of the database",
        values.cache,
    ),
    Setting(
        "EMAIL_URL",
        "sends e-mail: `smtp://`, `smtps://` (TLS), `smtp+tls://` (STARTTLS), each with "
        "`user:password@host:port` and `?from=address`; `console:` prints it",
        "files in the data folder",
        values.email,
    ),
    Setting(
        "SECRET_KEY",
        "signs sessions and links; at least 32 characters, the same for all processes",
        "made once, kept in the data folder",
        values.key,
    ),
    Setting(
        "SECRET_KEY_FALLBACKS",
        "former SECRET_KEYs, separated by commas, by which sessions, kept bundles and credentials "
        "of sources are still read",
        "none",
        values.keys,
    ),
    Setting(
        "SIGN_IN_WITH",
        "whose accounts people may sign in with: `https://CLIENT_ID:SECRET@accounts.google.com`, "
        "`…@login.microsoftonline.com/TENANT_ID/v2.0`, any other OpenID Connect issuer, each with "
        "`?name=` for its button and `?domain=riverside.example` for the addresses of which it is "
        "believed, separated by blanks or lines; where several districts each bring their own, "
        "`?domain=` keeps one's administrators from signing in as the other's",
        "passwords alone",
        issuers.read,
    ),
    Setting(
        "DEBUG",
        "pages that show errors to programmers: `true` or `false`",
        "`false`",
        values.boolean,
    ),
    Setting(
        "ALLOWED_HOSTS",
        "host names that are answered, separated by commas; the one of PUBLIC_URL always is",
        "`127.0.0.1,localhost,[::1]`",
        values.hosts,
    ),
    Setting(
        "PUBLIC_URL",
        "what Information to Share and hrefs begin with: `https://host`, with a path "
        "(`https://host/campus/api`) where vendors know the API by one; the whole host leads here",
        "the host that was asked",
        values.public_url,
    ),
    Setting(
        "TRUSTED_PROXIES",
        "networks (`10.0.0.0/8,192.0.2.7`) whose `X-Forwarded-For`, `-Proto`, `-Host` are believed",
        "none",
        values.networks,
    ),
    Setting(
        "METRICS_TOKEN",
        "what Prometheus sends as bearer token to `/metrics`; at least 32 characters",
        "no `/metrics`",
        values.key,
    ),
    Setting(
        "ROSTERDESK_DATA",
        "the folder that holds the embedded database, key and broker, and uploads",
        "`.data/` beside `manage.py`",
        values.folder,
    ),
)
