"""What the text of a setting means: addresses of servers, keys, hosts, networks, yes and no.

Each function takes the text apart, or raises `ValueError` with what is wrong, in words that repeat
nothing of it: there may be a password in it.
"""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
PUBLIC_PATH = re.compile(r"(?:/[\w.~-]+)*", re.ASCII)
HOST = re.compile(r"\*|\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.IGNORECASE)
SHORTEST_KEY = 32
EXAMPLE = "CHANGE-THIS"  # Stands in `deploy/environment` where a value of one's own goes.
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What may follow the ? of DATABASE_URL; all but `pool` go to libpq as they are.
LIBPQ = {
    "application_name", "channel_binding", "connect_timeout", "gssencmode", "host", "keepalives",
    "keepalives_count", "keepalives_idle", "keepalives_interval", "options", "port", "sslcert",
    "sslkey", "sslmode", "sslrootcert", "target_session_attrs", "tcp_user_timeout",
}  # fmt: skip


@dataclass(frozen=True)
class Email:
    """How e-mail leaves: a Django backend, its server, and who it is from."""

    backend: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    tls: bool = False
    ssl: bool = False
    sender: str = ""


def boolean(text: str) -> bool:
    if text.lower() in YES | NO:
        return text.lower() in YES
    raise ValueError(f"“{text}” is neither true nor false")


def key(text: str) -> str:
    if EXAMPLE in text:
        raise ValueError("this is the example's, which everybody knows; openssl rand -base64 48")
    if len(text) < SHORTEST_KEY:
        raise ValueError(f"a key needs at least {SHORTEST_KEY} characters")
    return text


def keys(text: str) -> list[str]:
    return [key(part) for part in listed(text)]


def listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def hosts(text: str) -> list[str]:
    for name in listed(text):
        if not HOST.fullmatch(name):
            raise ValueError(f"“{name}” is no host name (no scheme, port or path here)")
    return listed(text)


def networks(text: str) -> list[Network]:
    return [ipaddress.ip_network(part) for part in listed(text)]


def folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def split(text: str, *schemes: str) -> SplitResult:
    """Take an address apart whose scheme must be one of those; its text is never repeated."""
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        raise ValueError("this is no address") from None
    if url.scheme not in schemes:
        raise ValueError(f"an address begins with {' or '.join(f'{s}:' for s in schemes)}")
    return url


def queried(url: SplitResult, known: set[str]) -> dict[str, str]:
    found = dict(parse_qsl(url.query, keep_blank_values=True))
    for name in found:
        if name not in known:
            raise ValueError(
                f"“{name}” after the ? is not known; known: {', '.join(sorted(known))}"
            )
    return found


def public_url(text: str) -> str:
    """Return scheme, host and what path there is, without a slash at the end."""
    url = split(text, "http", "https")
    if not url.hostname or "@" in url.netloc or not HOST.fullmatch(host_of(text)):
        raise ValueError("it needs a host, and no user name")
    path = url.path.rstrip("/")
    if not PUBLIC_PATH.fullmatch(path) or url.query or url.fragment:
        raise ValueError("behind the host there is at most a plain path, such as /campus/api")
    return f"{url.scheme}://{url.netloc.lower()}{path}"


def host_of(address: str) -> str:
    """Return the host of a checked address as ALLOWED_HOSTS writes it: without port."""
    host = urlsplit(address).hostname or ""
    return f"[{host}]" if ":" in host else host


def path_of(address: str) -> str:
    """Return the path of a checked address; blank if there is none."""
    return urlsplit(address).path


PATIENCE = {"connect_timeout": "5", "tcp_user_timeout": "10000"}
"""Seconds, and milliseconds, until a server that takes connections or questions and says nothing
counts as gone; without them a machine that lost its power would be waited for by everybody."""


def database(text: str) -> dict[str, Any]:
    """Return Django's entry for a PostgreSQL; `?host=/run/postgresql` asks for its socket."""
    url = split(text, "postgres", "postgresql")
    options: dict[str, Any] = PATIENCE | queried(url, LIBPQ | {"pool"})
    name = unquote(url.path.removeprefix("/"))
    if not name or "/" in name:
        raise ValueError("the address ends with one / and the name of the database")
    pool = options.pop("pool", None)
    if pool is not None:
        if not pool.isdigit() or not int(pool):
            raise ValueError("pool is the largest number of connections per process")
        options["pool"] = {"min_size": 1, "max_size": int(pool)}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", url.hostname or ""),
        "PORT": options.pop("port", str(url.port or "")),
        # A pool keeps the connections itself.
        "CONN_MAX_AGE": 0 if pool else 600,
        "CONN_HEALTH_CHECKS": not pool,
        "OPTIONS": options,
    }


def broker(text: str) -> str:
    split(text, "redis", "rediss", "redis+socket", "amqp", "amqps")
    return text


def cache(text: str) -> str:
    split(text, "redis", "rediss", "unix")
    return text


def email(text: str) -> Email:
    """Return how to send: in clear, wrapped in TLS, turned to TLS after the greeting, or shown."""
    url = split(text, "smtp", "smtps", "smtp+tls", "console")
    sender = queried(url, {"from"}).get("from", "")
    if url.scheme == "console":
        return Email("django.core.mail.backends.console.EmailBackend", sender=sender)
    if not url.hostname:
        raise ValueError("it needs the host of the mail server")
    if url.path not in ("", "/"):
        raise ValueError("nothing may follow the host but ?from=address")
    return Email(
        "django.core.mail.backends.smtp.EmailBackend",
        host=url.hostname,
        port=url.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[url.scheme],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        tls=url.scheme == "smtp+tls",
        ssl=url.scheme == "smtps",
        sender=sender,
    )
