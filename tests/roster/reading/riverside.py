"""A handful of documents of Riverside, published by hand: no import and no deciding behind them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import blake2b
from typing import Any

import numpy as np

from roster.api.reader import Reader
from roster.dialects.facts import facts_of
from roster.models import Document, Feed, Organization, Publication
from roster.publishing import lists
from roster.publishing.lists import List

FIRST = 1_764_000_000_000
"""The number of the first publication, in milliseconds."""

SHARED = {"shares": ["metadata", "guardians", "resources"]}

Entry = tuple[str, dict[str, Any]]


@dataclass
class Desk:
    """One feed of Riverside. `records` are the keys by collection and sourcedId."""

    version: str = "1.2"
    rules: dict[str, Any] = field(default_factory=lambda: dict(SHARED))
    records: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.organization = Organization.objects.create(slug="riverside", name="Riverside")
        self.feed = Feed.objects.create(
            organization=self.organization, version=self.version, rules=self.rules
        )

    def document(self, collection: str, values: dict[str, Any]) -> int:
        """Put a document on the shelf and return its id; the same bytes have the same."""
        values = {"status": "active", **values}
        name = collection, values["sourcedId"]
        body = json.dumps(values)
        made, _ = Document.objects.get_or_create(
            version=self.version,
            collection=collection,
            record=self.records.setdefault(name, len(self.records) + 1),
            digest=blake2b(body.encode(), digest_size=16).hexdigest(),
            defaults={
                "organization": self.organization,
                "sourced_id": values["sourcedId"],
                "status": values["status"],
                "body": body,
                "facts": facts_of(self.version, collection, values),
                **columns(collection, values),
            },
        )
        return made.pk

    def entries(self, collection: str, documents: list[dict[str, Any]], stamp: int) -> List:
        """Return a list of documents; `at` says when one changed, else it is the stamp."""
        rows = sorted(documents, key=lambda document: document["sourcedId"].encode())
        stamps = [row.get("at", stamp) for row in rows]
        kept = [{key: row[key] for key in row if key != "at"} for row in rows]
        ids = [self.document(collection, row) for row in kept]
        records = [self.records[collection, row["sourcedId"]] for row in kept]
        return List(*(np.array(column, np.int64) for column in (records, ids, stamps)))

    def publish(self, number: int = FIRST, **content: list[dict[str, Any]]) -> Publication:
        """Publish documents by collection; what is removed goes to the tombstones."""
        held = {}
        for collection, documents in content.items():
            live = [each for each in documents if each.get("status", "active") == "active"]
            gone = [each for each in documents if each not in live]
            held[collection] = {
                "live": self.store(self.entries(collection, live, number)),
                "tombstones": self.store(self.entries(collection, gone, number)),
            }
        made = Publication.objects.create(
            feed=self.feed, number=number, day=date(2026, 2, 2), rules=self.rules, lists=held
        )
        self.feed.publication = made
        self.feed.save()
        Organization.objects.filter(pk=self.organization.pk).update(last_number=number)
        return made

    def act(
        self, publication: Publication, stamp: int, collection: str, *instead: dict[str, Any]
    ) -> None:
        """Put documents in the place of those of the same records in an older publication."""
        held = publication.lists[collection]
        live = lists.read(publication, collection)
        for document in instead:
            one = self.entries(collection, [document], stamp)
            here = live.records == one.records[0]
            held.setdefault("former", [])
            held["former"] += [[part, size, stamp] for part, size, _ in self.store(live.take(here))]
            live.documents[here], live.stamps[here] = one.documents[0], stamp
        held["live"] = self.store(live)
        publication.revision += 1
        publication.save()
        Organization.objects.filter(pk=self.organization.pk).update(last_number=stamp)

    def store(self, entries: List) -> list[list[int]]:
        parts = lists.Parts(self.organization.pk)
        found = parts.store(entries, [1] * len(entries))
        parts.flush()
        return found

    def reader(self, publication: Publication | None = None) -> Reader:
        """Return who reads a publication, else the feed's last."""
        self.feed.refresh_from_db()
        self.organization.refresh_from_db()
        read = publication or self.feed.publication
        made = Reader(
            connection=0,
            organization=self.organization.pk,
            version=self.version,
            feed=self.feed.pk,
            publication=0,
            number=0,
            scopes=frozenset(),
            last_number=self.organization.last_number,
            acts=self.organization.acts,
        )
        if read is None:
            return made
        read.refresh_from_db()
        return replace(
            made,
            publication=read.pk,
            number=read.number,
            revision=read.revision,
            cut=read.cut,
        )


def columns(collection: str, values: dict[str, Any]) -> dict[str, str]:
    """Return what the shelf keeps of a document in columns."""
    if collection == "users":
        return {"role": " ".join(dict.fromkeys(each["role"] for each in values["roles"]))}
    if collection == "enrollments":
        return {
            "role": values["role"],
            "person": values["user"]["sourcedId"],
            "klass": values["class"]["sourcedId"],
            "school": values["school"]["sourcedId"],
        }
    return {"role": values.get("type", "")} if collection in ("orgs", "academicSessions") else {}


def user(sourced_id: str, name: str = "", *, role: str = "student", **more: Any) -> dict[str, Any]:
    return {
        "sourcedId": sourced_id,
        "enabledUser": "true",
        "givenName": name or sourced_id.title(),
        "familyName": more.pop("family", "Aho"),
        "roles": [{"roleType": "primary", "role": role, "org": reference("org", "north")}],
        **more,
    }


def removed(document: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the tombstone of a user or an enrollment."""
    kept = {key: value for key, value in document.items() if key not in ("email", "beginDate")}
    names = {"givenName": "Removed", "familyName": "Removed"} if "givenName" in document else {}
    return {**kept, "status": "tobedeleted", **names, **more}


def enrollment(
    sourced_id: str, person: str, klass: str, *, role: str = "student", **more: Any
) -> dict[str, Any]:
    return {
        "sourcedId": sourced_id,
        "user": reference("user", person),
        "class": reference("class", klass),
        "school": reference("org", "north"),
        "role": role,
        **more,
    }


def reference(kind: str, sourced_id: str) -> dict[str, str]:
    return {"href": f"/ims/{sourced_id}", "sourcedId": sourced_id, "type": kind}
