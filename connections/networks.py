"""From which addresses a vendor may ask: the networks of its connection; without any, from all.

The address is the client's, as TRUSTED_PROXIES tells it. One that can't be read is in no network.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from roster.refusal import Refused

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MOST = 50
ELSEWHERE = "is not admitted; the district admits this connection from certain networks only."


def read(text: str) -> list[str]:
    """Return the networks that stand in a text, by line, blank or comma, each written one way.

    Refused, in words: what is no IPv4 or IPv6 network, one with bits beside its mask, too many.
    """
    found = []
    for word in re.split(r"[\s,]+", text.strip()) if text.strip() else ():
        try:
            found.append(str(_plain(ipaddress.ip_network(word))))
        except ValueError:
            raise Refused(
                "“%(word)s” is no address or network. Write 192.0.2.7, 192.0.2.0/24 or"
                " 2001:db8::/32.",
                word=word,
            ) from None
    if len(found) > MOST:
        raise Refused("Up to %(most)s networks can be named.", most=MOST)
    return list(dict.fromkeys(found))


def _plain(network: Network) -> Network:
    """Return a network of IPv4 addresses as such, where they were written as those of IPv6."""
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    return ipaddress.ip_network(f"{mapped}/{network.prefixlen - 96}") if mapped else network


def refusal(networks: Iterable[str], address: str) -> str | None:
    """Return why a request from that address is refused, for the vendor to read; None if not."""
    networks = [*networks]
    if not networks or _is_in(networks, address):
        return None
    return f"The address {address or 'of the client'} {ELSEWHERE}"


def _is_in(networks: list[str], address: str) -> bool:
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return False
    client = getattr(client, "ipv4_mapped", None) or client
    return any(client in ipaddress.ip_network(each) for each in networks)
