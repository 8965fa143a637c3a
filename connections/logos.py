"""Logos of partners: a small PNG each, kept in the directory, or none.

What is kept is the picture alone: of the file's parts those that draw it. Weighed against taking
any format and making it anew, which needs a library that has had to be mended every few months.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator

from django.db import transaction

from connections.models import Logo, Partner
from roster import audit
from roster.refusal import Refused

LARGEST = 100 * 1024
"""Bytes."""
WIDEST = 1024
"""Pixels, in both directions."""
START = b"\x89PNG\r\n\x1a\n"
HEAD = 13
"""Bytes of IHDR."""
DRAWING = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


@transaction.atomic
def set_logo(partner: Partner, content: bytes | None, *, by: audit.Actor, reason: str = "") -> bool:
    """Give a partner a logo, or none; return whether that changed anything.

    Refused as by `picture_of`.
    """
    row = Partner.objects.select_for_update().get(pk=partner.pk)
    before, logo = row.logo_id, None
    if content is not None:
        content = picture_of(content)
        digest = hashlib.sha256(content).hexdigest()
        logo, _ = Logo.objects.get_or_create(digest=digest, defaults={"content": content})
    if before == (logo and logo.pk):
        return False
    row.logo = logo
    row.save(update_fields=["logo"])
    Logo.objects.filter(partners=None).delete()
    partner.logo = logo
    audit.record(
        by, "partner.changed", None, kind="partner", object_id=str(row.pk),
        old={"logo": before or ""}, new={"logo": row.logo_id or ""}, reason=reason.strip(),
    )  # fmt: skip
    return True


def picture_of(content: bytes) -> bytes:
    """Return a PNG without what doesn't draw; refuse what isn't one, or is too large."""
    if len(content) > LARGEST:
        raise Refused("A logo has up to %(most)s KB.", most=LARGEST // 1024)
    parts = list(_parts(content))
    names = [name for name, _ in parts]
    is_whole = names[:1] == [b"IHDR"] and b"IDAT" in names and names[-1:] == [b"IEND"]
    if not is_whole or len(parts[0][1]) != HEAD:
        raise Refused("A logo is a PNG; this file isn't one.")
    width, height = struct.unpack(">II", parts[0][1][:8])
    if not (0 < width <= WIDEST and 0 < height <= WIDEST):
        raise Refused("A logo has up to %(most)s pixels in each direction.", most=WIDEST)
    return START + b"".join(_packed(*part) for part in parts if part[0] in DRAWING)


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and body of each part of a PNG, down to the first that is damaged."""
    at = len(START) if content.startswith(START) else len(content)
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        name, body = content[at + 4 : at + 8], content[at + 8 : at + 8 + size]
        if content[at : at + 12 + size] != _packed(name, body):
            return
        yield name, body
        if name == b"IEND":
            return
        at += 12 + size


def _packed(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
