"""The addresses of sources and destinations: a folder, `sftp://…`, `https://…`; no credentials."""

from __future__ import annotations

import ipaddress
import re
import socket
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_noop

from roster.models import Source
from roster.refusal import Refused

LOCAL = {"localhost", "127.0.0.1", "::1"}
PORTS = {"https": 443, "http": 80, "sftp": 22}
FORMS = (
    "An address is a folder (/var/spool/roster), sftp://host/path/bundle.zip (the name may hold *),"
    " or https://host/path."
)
INTO = gettext_noop(
    "Grades are delivered into a folder (/srv/grades) or by SFTP (sftp://host/grades)."
)
FOLDER = re.compile(r"(sftp://[^/]+)?/[^*]*[^*/][^*]*")
"""What an address of a folder looks like, of this machine or of a server."""


class Place(NamedTuple):
    """An address taken apart; a folder has only a path."""

    kind: Source.Kind
    scheme: str
    host: str
    port: int
    path: str


def parse_folder(address: str) -> Place:
    """Take an address apart that files are brought to; raises Refused, with what to write."""
    if not FOLDER.fullmatch(address):
        raise Refused(INTO)
    return parse(address, INTO)


def parse(address: str, forms: str = FORMS) -> Place:
    """Take an address apart; raises Refused, with the forms to write instead, for any other."""
    if address.startswith("/"):
        _require_plain(address)
        return Place(Source.Kind.FOLDER, "", "", 0, address)
    try:
        url = urlsplit(address)
        host, port = url.hostname or "", url.port
        host.encode("idna")  # An empty label, or one of 64 characters, is no name.
    except ValueError:
        raise Refused(f"“{address}” is no address. {forms}") from None
    if url.scheme not in PORTS or not host:
        raise Refused(forms)
    if "@" in url.netloc:
        raise Refused("An address holds no user and no password. Give these by themselves.")
    if not address.isprintable() or " " in address or url.fragment:
        raise Refused(f"This is no address: it holds a blank, a # or a control character. {forms}")
    if url.scheme == "http" and host not in LOCAL:
        raise Refused(
            "Over http:// anybody on the way could read the roster. Use https://, or sftp://."
        )
    path = unquote(url.path) if url.scheme == "sftp" else url.path
    _require_plain(path)
    if url.scheme == "sftp" and (url.query or not path.strip("/")):
        raise Refused("After the host of sftp:// comes the path of the bundle, as in /out/*.zip.")
    kind = Source.Kind.SFTP if url.scheme == "sftp" else Source.Kind.HTTPS
    return Place(kind, url.scheme, host, port or PORTS[url.scheme], path)


def require_elsewhere(place: Place) -> None:
    """Refuse a server at a loopback, link-local or unspecified address, or at none that is known.

    It is for what comes from a page: an operator may have a server on this machine.
    """
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except OSError:
        raise Refused("The server's name isn't known. Look at the spelling.") from None
    for *_, address in found:
        met = ipaddress.ip_address(str(address[0]))
        met = getattr(met, "ipv4_mapped", None) or met
        if met.is_loopback or met.is_link_local or met.is_unspecified:
            raise Refused(
                "This address is on the machine that Rosterdesk runs on, or on its link. Only"
                " whoever runs Rosterdesk can set it, by command."
            )


def _require_plain(path: str) -> None:
    if ".." in PurePosixPath(path).parts or "\0" in path:
        raise Refused("A path with .. leads out of its folder. Write the path without it.")
