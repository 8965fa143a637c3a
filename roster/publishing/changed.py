"""What a refresh changes of a collection: as arrays, and as data for who must decide about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson

from roster.models import Document
from roster.parts import in_parts
from roster.publishing.comparing import Difference, places
from roster.publishing.lists import Numbers

SHOWN = 1_000
"""Records of one collection and act that are listed; the numbers count all of them."""

BATCH = 2_000
PASSING = {"status", "dateLastModified"}


def _none() -> Numbers:
    return np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Changed:
    """Records that are added, changed and removed, with their documents before and after.

    `before` is how many there were.
    """

    before: int = 0
    added: Numbers = field(default_factory=_none)
    added_documents: Numbers = field(default_factory=_none)
    changed: Numbers = field(default_factory=_none)
    old: Numbers = field(default_factory=_none)
    new: Numbers = field(default_factory=_none)
    removed: Numbers = field(default_factory=_none)
    removed_documents: Numbers = field(default_factory=_none)

    @classmethod
    def of(cls, difference: Difference) -> Changed:
        old, new = difference.before.live, difference.lists.live
        at = places(new.records, old.records)
        gone = places(old.records, new.records) < 0
        known = at >= 0
        other = known.copy()
        other[known] = old.documents[at[known]] != new.documents[known]
        return cls(
            len(old),
            new.records[~known], new.documents[~known],
            new.records[other], old.documents[at[other]], new.documents[other],
            old.records[gone], old.documents[gone],
        )  # fmt: skip

    @property
    def records(self) -> tuple[Numbers, Numbers, Numbers]:
        return self.added, self.changed, self.removed

    def united(self, more: Changed) -> Changed:
        """Return the changes of both, each record once for what happens to it."""
        mine, others = self._columns(), more._columns()
        both = [_united(one, other) for one, other in zip(mine, others, strict=True)]
        return Changed(max(self.before, more.before), *both[0], *both[1], *both[2])

    def _columns(self) -> tuple[tuple[Numbers, ...], ...]:
        return (
            (self.added, self.added_documents),
            (self.changed, self.old, self.new),
            (self.removed, self.removed_documents),
        )

    def told(self, collection: str) -> dict[str, Any]:
        """Return the difference of a collection as an import's is kept
        (`roster.importing.difference`).
        """
        found: dict[str, Any] = {"created": 0, "updated": 0, "returned": 0, "removed": 0}
        found |= {"fields": {}, "schools": {}, "records": []}
        for act, old, new in self._acts():
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

    def _acts(self) -> Iterator[tuple[str, Numbers, Numbers]]:
        nothing = np.zeros(len(self.added), np.int64)
        yield "created", nothing, self.added_documents
        yield "updated", self.old, self.new
        yield "removed", self.removed_documents, np.zeros(len(self.removed), np.int64)


def _united(one: tuple[Numbers, ...], other: tuple[Numbers, ...]) -> tuple[Numbers, ...]:
    fresh = places(other[0], one[0]) < 0
    return tuple(np.concatenate([kept, more[fresh]]) for kept, more in zip(one, other, strict=True))


def _documents(old: Numbers, new: Numbers) -> Iterator[tuple[Any, Any]]:
    """Yield documents before and after, None where there is none."""
    for some in in_parts(list(zip(old.tolist(), new.tolist(), strict=True)), BATCH):
        wanted = {document for pair in some for document in pair}
        rows = Document.objects.filter(pk__in=wanted).values_list("pk", "school", "body")
        docs = {number: orjson.loads(body) | {"school": school} for number, school, body in rows}
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
