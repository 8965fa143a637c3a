"""The file of an agreement: kept beside the connection, replaced, removed."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

from django.db import transaction

from connections.models import AgreementFile, Connection
from connections.moves import record
from roster import audit
from roster.clock import clock
from roster.refusal import Refused

LARGEST = 10 * 2**20
"""Bytes: a scanned contract fits, a film doesn't."""


@transaction.atomic
def keep_file(connection: Connection, name: str, content: bytes, *, by: audit.Actor) -> None:
    """Keep a PDF as the connection's agreement, in place of the one before.

    Refused as by `require_pdf`. Nothing happens where it is the same file.
    """
    require_pdf(content)
    name = PurePath(name.replace("\\", "/")).name[-200:] or "agreement.pdf"
    digest = hashlib.sha256(content).hexdigest()
    before = file_of(connection)
    if before and (before.name, before.digest) == (name, digest):
        return
    AgreementFile.objects.update_or_create(
        connection=connection,
        defaults={
            "name": name,
            "content": content,
            "digest": digest,
            "kept": clock(),
            "kept_by": audit.name_of(by)[:200],
        },
    )
    _record(connection, by, old=before, new={"name": name, "sha256": digest})


@transaction.atomic
def remove_file(connection: Connection, *, by: audit.Actor) -> None:
    """Remove the connection's file, if it has one."""
    before = file_of(connection)
    if before:
        AgreementFile.objects.filter(connection=connection).delete()
        _record(connection, by, old=before, new={})


def require_pdf(content: bytes) -> None:
    """Refuse what isn't kept as an agreement: what isn't a PDF, and more than 10 MB."""
    if not content.startswith(b"%PDF-"):
        raise Refused("The agreement is kept as a PDF; this file isn't one.")
    if len(content) > LARGEST:
        raise Refused(
            "The file has %(content)s MB; up to %(largest)s are kept.",
            content=len(content) // 2**20,
            largest=LARGEST // 2**20,
        )


def file_of(connection: Connection) -> AgreementFile | None:
    """Return what is known of the connection's file, without its content."""
    return AgreementFile.objects.defer("content").filter(connection=connection).first()


def _record(
    connection: Connection, by: audit.Actor, old: AgreementFile | None, new: dict[str, str]
) -> None:
    known = {"name": old.name, "sha256": old.digest} if old else {}
    record(by, "agreement.kept" if new else "agreement.removed", connection, old=known, new=new)
