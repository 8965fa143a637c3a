"""What a connection posted within a day: the same ids with the same bodies aren't written again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import orjson

from roster.clock import clock
from roster.grading.writer import Writer
from roster.models import PostedRecord

REPEATED = timedelta(days=1)


class Posted(NamedTuple):
    """The id that a vendor supplied, and the one that its record got."""

    supplied: str
    allocated: str


class KnownPost(NamedTuple):
    """What is known of a body by its digest: the id that it got before, if any."""

    digest: str
    allocated: str | None


def known_posts(
    writer: Writer, collection: str, bodies: Sequence[Any], fixed: dict[str, str]
) -> list[KnownPost]:
    """Return of each body what is known of it; one without an id of its own is always new."""
    digests = [_digest(collection, body, fixed) for body in bodies]
    rows = PostedRecord.objects.filter(
        connection=writer.connection, digest__in=digests, at__gt=clock() - REPEATED
    )
    known = dict(rows.order_by("at").values_list("digest", "allocated"))
    return [
        KnownPost(
            digest,
            known.get(digest) if isinstance(body, dict) and body.get("sourcedId") else None,
        )
        for digest, body in zip(digests, bodies, strict=True)
    ]


def remember(
    writer: Writer, collection: str, known: Sequence[KnownPost], pairs: Sequence[Posted]
) -> None:
    """Note the ids of what was posted, and forget those of the day before."""
    now = clock()
    PostedRecord.objects.filter(connection=writer.connection, at__lt=now - REPEATED).delete()
    PostedRecord.objects.bulk_create(
        PostedRecord(
            organization_id=writer.organization,
            connection=writer.connection,
            digest=each.digest,
            allocated=pair.allocated,
            at=now,
        )
        for each, pair in zip(known, pairs, strict=True)
        if each.allocated is None and pair.supplied
    )


def _digest(collection: str, body: Any, fixed: dict[str, str]) -> str:
    text = orjson.dumps([collection, fixed, body], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=16).hexdigest()
