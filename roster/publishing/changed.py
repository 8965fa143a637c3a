"""What a refresh changes of a collection: as arrays, and as data for who must decide about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from roster.database.parts import in_parts
from roster.dialects.composing import parse
from roster.models import Document
from roster.publishing.comparing import Difference, places
from roster.publishing.lists import EMPTY, Numbers

SHOWN = 1_000
"""Records of one collection and act that are listed; the numbers count all of them."""

BATCH = 2_000
PASSING = {"status", "dateLastModified"}


class Pairs(NamedTuple):
    """Records with their documents before and after, 0 where there is none."""

    records: Numbers
    old: Numbers
    new: Numbers

    def united(self, more: Pairs) -> Pairs:
        """Return both, each record once."""
        fresh = places(more.records, self.records) < 0
        both = zip(self, more, strict=True)
        return Pairs(*(np.concatenate([mine, other[fresh]]) for mine, other in both))


class Changed(NamedTuple):
    """Records that are added, changed and removed; `before` is how many there were."""

    before: int = 0
    added: Pairs = Pairs(*EMPTY)
    changed: Pairs = Pairs(*EMPTY)
    removed: Pairs = Pairs(*EMPTY)

    @classmethod
    def of(cls, difference: Difference) -> Changed:
        old, new = difference.before.live, difference.lists.live
        at = places(new.records, old.records)
        gone = places(old.records, new.records) < 0
        known = at >= 0
        before = np.where(known, old.documents[at] if len(old) else 0, 0)
        other = known & (before != new.documents)
        return cls(
            len(old),
            Pairs(new.records[~known], before[~known], new.documents[~known]),
            Pairs(new.records[other], before[other], new.documents[other]),
            Pairs(old.records[gone], old.documents[gone], np.zeros_like(old.records[gone])),
        )

    def united(self, more: Changed) -> Changed:
        """Return the changes of both, each record once for what happens to it."""
        return Changed(
            max(self.before, more.before),
            self.added.united(more.added),
            self.changed.united(more.changed),
            self.removed.united(more.removed),
        )

    def as_json(self, collection: str) -> dict[str, Any]:
        """Return the difference of a collection as an import's is kept
        (`roster.importing.totals`).
        """
        found: dict[str, Any] = {"created": 0, "updated": 0, "returned": 0, "removed": 0}
        found |= {"fields": {}, "schools": {}, "records": []}
        pairs = {"created": self.added, "updated": self.changed, "removed": self.removed}
        for act, (_, old, new) in pairs.items():
            shown = 0
            for before, after in _documents(old, new):
                doc = after or before
                school, fields = school_of(collection, doc), _fields(before, after)
                at = found["schools"].setdefault(school, {})
                at[act] = at.get(act, 0) + 1
                found[act] += 1
                for name in fields:
                    found["fields"][name] = found["fields"].get(name, 0) + 1
                if (shown := shown + 1) <= SHOWN:
                    found["records"].append(
                        {"sourcedId": doc["sourcedId"], "act": act, "school": school,
                         "name": name_of(doc), "fields": fields}
                    )  # fmt: skip
        return found


def _documents(old: Numbers, new: Numbers) -> Iterator[tuple[Any, Any]]:
    """Yield documents before and after, None where there is none."""
    for some in in_parts(list(zip(old.tolist(), new.tolist(), strict=True)), BATCH):
        wanted = {document for pair in some for document in pair}
        rows = Document.objects.filter(pk__in=wanted).values_list("pk", "school", "body")
        docs = {number: parse(body) | {"school": school} for number, school, body in rows}
        yield from ((docs.get(before), docs.get(after)) for before, after in some)


def _fields(before: Any, after: Any) -> list[str]:
    if before is None or after is None:
        return []
    names = (before.keys() | after.keys()) - PASSING
    return sorted(name for name in names if before.get(name) != after.get(name))


def school_of(collection: str, doc: dict[str, Any]) -> str:
    """Return the sourcedId of the school that a document is at; blank where it is at none."""
    if collection == "orgs":
        return str(doc["sourcedId"]) if doc.get("type") == "school" else ""
    if collection != "users":
        return str(doc["school"])
    roles = sorted(doc.get("roles", ()), key=lambda role: role.get("roleType") != "primary")
    orgs = [role["org"] for role in roles] or doc.get("orgs", [])
    return str(orgs[0]["sourcedId"]) if orgs else ""


def name_of(doc: dict[str, Any]) -> str:
    if "familyName" in doc:
        return f"{doc.get('givenName', '')} {doc['familyName']}".strip()
    return str(doc.get("title") or doc.get("name") or doc.get("role") or "")
