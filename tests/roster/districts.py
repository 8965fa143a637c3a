"""Made-up districts in the database, for tests that need real rows and no bundle of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from roster.api.reader import Reader
from roster.database.parts import in_parts
from roster.generator.demo import write_demo_bundle
from roster.importing import import_bundle
from roster.models import Document, Feed, Organization, Publication
from roster.organizations import create_organization
from roster.publishing import refresh
from roster.publishing.lists import read
from tests import worlds

EVERYTHING: dict[str, Any] = {
    "schools": "all",
    "shares": [
        "demographics",
        "guardians",
        "metadata",
        "resources",
        "users.phone",
        "users.pronouns",
        "users.sms",
        "users.userIds",
        "users.userMasterIdentifier",
        "users.userProfiles",
    ],
    "withheld": [],
    "types": ["grade_book", "assessment"],
}

STUDENT = '"role":"student"'


def demo_district(folder: Path, slug: str = "riverside") -> Organization:
    """Return an organization with the demo's 240 students, not published yet.

    They have guardians, a gradebook, marks and dirty data.
    """
    today = date.today()  # noqa: DTZ011 - its year must be the one of today.
    return worlds.once(("demo", slug, today), lambda: _imported(folder, slug, today))


def _imported(folder: Path, slug: str, today: date) -> Organization:
    organization = create_organization(slug, slug.title(), by="test")
    path = folder / f"{slug}.zip"
    write_demo_bundle(path, today)
    import_bundle(organization, path, by="test")
    organization.refresh_from_db()
    return organization


def published(organization: Organization, *versions: str, **rules: Any) -> list[Feed]:
    """Return feeds of these versions that share everything but for `rules`, published."""
    feeds = [
        Feed.objects.create(
            organization=organization,
            version=version,
            rules=EVERYTHING | rules,
            state=Feed.State.FOLLOWING,
        )
        for version in versions
    ]
    refresh(organization, by="test")
    for feed in feeds:
        feed.refresh_from_db()
    return feeds


def shown(
    feed: Feed, publication: Publication | None = None, *, tombstones: bool = False
) -> dict[tuple[str, str], str]:
    """Return every document of a publication, else of what is read now, by collection and id.

    Tombstones apart, but for those that an act put in the place of a document.
    """
    feed.refresh_from_db()
    found = {}
    for collection, document in _listed(publication or feed.publication, tombstones=tombstones):
        found[collection, document.sourced_id] = document.body
    return found


def student_of(feed: Feed, nth: int = 3) -> str:
    """Return one of the students who are read on a feed now."""
    users = (key[1] for key, text in shown(feed).items() if key[0] == "users" and STUDENT in text)
    return sorted(users)[nth]


def stamps(feed: Feed, publication: Publication | None = None) -> dict[tuple[str, str], int]:
    """Return the stamp of everything that is listed, tombstones too, by collection and id."""
    feed.refresh_from_db()
    publication = publication or feed.publication
    found: dict[tuple[str, str], int] = {}
    if publication is None:
        return found
    for tombstones in (False, True):
        for collection in publication.lists:
            entries = read(publication, collection, tombstones=tombstones)
            ids = dict(_ids(entries.documents.tolist()))
            for number, stamp in zip(entries.documents.tolist(), entries.stamps, strict=True):
                found[collection, ids[number]] = int(stamp)
    return found


def _ids(numbers: list[int]) -> Iterator[tuple[int, str]]:
    for some in in_parts(numbers, 500):
        yield from Document.objects.filter(pk__in=some).values_list("pk", "sourced_id")


def _listed(publication: Publication | None, *, tombstones: bool) -> Iterator[tuple[str, Document]]:
    if publication is None:
        return
    for collection in publication.lists:
        cut = publication.cut.get(collection, ())
        numbers = read(publication, collection, tombstones=tombstones).documents.tolist()
        for some in in_parts(numbers, 500):
            for document in Document.objects.filter(pk__in=some):
                kept = orjson.loads(document.body)
                if any(name in kept for name in cut):
                    left = {name: value for name, value in kept.items() if name not in cut}
                    document.body = orjson.dumps(left).decode()
                yield collection, document


def reader_of(feed: Feed, publication: Publication | None = None) -> Reader:
    """Return who reads a feed as it stands now, at its head or at a publication before."""
    feed.refresh_from_db()
    publication = publication or feed.publication
    if publication:
        publication.refresh_from_db()
    organization = Organization.objects.get(pk=feed.organization_id)
    return Reader(
        connection=0,
        organization=organization.pk,
        version=feed.version,
        feed=feed.pk,
        publication=publication.pk if publication else 0,
        number=publication.number if publication else 0,
        revision=publication.revision if publication else 0,
        cut=publication.cut if publication else {},
        last_number=organization.last_number,
        acts=organization.acts,
        scopes=frozenset(),
    )
