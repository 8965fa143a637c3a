"""What a change would do to what vendors read, counted by collection, without writing anything.

The same walk and the same documents as a refresh, compared with the published digests.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from roster.compiling import collections_of, documents
from roster.dialects import people
from roster.models import Line, Organization, Record, Status
from roster.visibility import Beginning, Rules, Walk

Difference = dict[str, dict[str, int]]


def difference(
    organization: Organization,
    version: str,
    rules: dict[str, Any],
    *,
    line: Line | None,
    number: int,
) -> Difference:
    """Return how the documents of these rules differ from those of a line's publication.

    `{"users": {"now": live records, "then": documents, "added": …, "removed": …, "changed":
    …}}`, for every collection of either. Other changes of the data since that publication
    count too: they would come with it.
    """
    shared = Rules.of(rules, organization.field_policy)
    walk = Walk(Beginning(organization, version, shared, organization.today()))
    people.settle(walk)
    published = Record.objects.filter(
        line=line, valid_from__lte=number, valid_to__gt=number, status=Status.ACTIVE
    )
    found = {name: _compare(walk, name, published) for name in collections_of(walk)}
    rest = published.exclude(kind__in=found).order_by().values_list("kind", flat=True)
    for name, count in Counter(rest).items():
        found[name] = {"now": count, "then": 0, "added": 0, "removed": count, "changed": 0}
    return found


def _compare(walk: Walk, collection: str, published: Any) -> dict[str, int]:
    counts = dict.fromkeys(("now", "then", "added", "removed", "changed"), 0)
    last = ""
    for part in documents(walk, collection):
        rows = published.filter(kind=collection, sourced_id__gt=last)
        if part.upto is not None:
            rows = rows.filter(sourced_id__lte=part.upto)
        known = dict(rows.values_list("sourced_id", "digest"))
        counts["now"] += len(known)
        counts["then"] += len(part.docs)
        for doc in part.docs:
            digest = known.pop(doc.sourced_id, None)
            if digest is None:
                counts["added"] += 1
            elif digest != doc.digest():
                counts["changed"] += 1
        counts["removed"] += len(known)
        last = part.upto or last
    return counts
