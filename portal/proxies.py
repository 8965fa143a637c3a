"""Who asked, over what and for which host, where there is a proxy in front.

`X-Forwarded-*` is believed only from an address in TRUSTED_PROXIES; from anybody else it is taken
out of the request, so that no code behind can be fooled by it. WSGI makes one name of
`X-Forwarded-For` and `X_Forwarded_For`: a trusted proxy has to drop names with underscores.
"""

import ipaddress
import logging
import re
import uuid
from collections.abc import Callable, Sequence
from functools import lru_cache

from django.conf import settings
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase

from portal.logs import request_id
from portal.values import Network

log = logging.getLogger(__name__)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
OTHER_CLAIMS = {
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
    "HTTP_X_CLIENT_IP",
    "HTTP_TRUE_CLIENT_IP",
    "HTTP_X_REQUEST_ID",
}
REQUEST_ID = re.compile(r"[\w-]{8,64}", re.ASCII)


class ProxyMiddleware:
    """Puts what a trusted proxy says in the place of what the connection itself says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = settle(request.META, settings.TRUSTED_PROXIES)
        name = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request_id.set(name)
        response = self.get_response(request)
        response.headers["X-Request-Id"] = name
        return response


@receiver(request_finished)
def forget(**_: object) -> None:
    """Give later lines of this thread to no request: Django logs a refusal after all middleware."""
    request_id.set("")


def settle(meta: dict[str, str], trusted: Sequence[Network]) -> str:
    """Rewrite a WSGI environment in place: address, scheme and host as they are for the client.

    Returns the name that a trusted proxy has for the request; blank if there is none.
    """
    claims = {name: meta.pop(name) for name in list(meta) if is_claim(name)}
    if not is_trusted(meta.get("REMOTE_ADDR", ""), trusted):
        if "HTTP_X_FORWARDED_FOR" in claims and not trusted:
            notice()
        return ""
    client = client_of(claims.get("HTTP_X_FORWARDED_FOR", ""), trusted)
    if client:
        meta["REMOTE_ADDR"] = client
    scheme = last(claims.get("HTTP_X_FORWARDED_PROTO", "")).lower()
    if scheme in ("http", "https"):
        meta["wsgi.url_scheme"] = scheme
    host = last(claims.get("HTTP_X_FORWARDED_HOST", ""))
    if host:
        meta["HTTP_HOST"] = host
    return claims.get("HTTP_X_REQUEST_ID", "")


@lru_cache(maxsize=1)
def notice() -> None:
    """Say once that there seems to be a proxy that nobody has named."""
    log.warning(
        "Requests come through a proxy, and TRUSTED_PROXIES is empty: all clients seem to have the "
        "proxy's address, so one of them can lock out all."
    )


def is_claim(name: str) -> bool:
    return name.startswith("HTTP_X_FORWARDED") or name in OTHER_CLAIMS


def last(claim: str) -> str:
    """Return the last entry of a list: what the proxy next to us added, not what it was sent."""
    return claim.rsplit(",", 1)[-1].strip()


def client_of(claim: str, trusted: Sequence[Network]) -> str:
    """Return the nearest address that isn't a proxy of ours; blank if there is none."""
    found = ""
    for part in reversed(claim.split(",")):
        address = parse(part)
        if address is None:
            return found
        found = str(address)
        if not is_trusted(found, trusted):
            return found
    return found


def parse(text: str) -> Address | None:
    """Return the address, without port and brackets; an IPv4 one in IPv6 clothes as itself."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_trusted(text: str, trusted: Sequence[Network]) -> bool:
    address = parse(text)
    return address is not None and any(address in network for network in trusted)
