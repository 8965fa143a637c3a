"""Fields that a reader can't ask by: what isn't shared doesn't exist in filters and orders.

Documents don't have them, so this matters where a list is asked by `!=`, and where a field was
withheld meanwhile. A list that was begun before goes on as it began.
"""

from __future__ import annotations

from typing import Any

import orjson

from roster.caches import MEGABYTE, Cache
from roster.database import prepared
from roster.deciding.rules import Rules
from roster.reading.source import Source

RULES = """
SELECT publication.rules, publication.settings, feed.rules, organization.field_policy
  FROM roster_publication publication
  JOIN roster_feed feed ON feed.id = publication.feed_id
  JOIN roster_organization organization ON organization.id = feed.organization_id
 WHERE publication.id = %s
"""

RULES_THEN = """
SELECT rules, settings FROM roster_publication
 WHERE feed_id = %s AND number <= %s ORDER BY number DESC LIMIT 1
"""

# What is withheld later is withheld by an act.
_kept: Cache[frozenset[str]] = Cache(MEGABYTE, lambda fields: 300)


def withheld(source: Source, collection: str, begun: int | None) -> frozenset[str]:
    """Return the fields of a collection that a list may not be asked by.

    They are those that the publication doesn't share, and those that its reader may not have
    now; or, where the list had `begun` by a number, that it might not have then.
    """
    key = source.publication, source.revision, source.acts, collection, begun
    found = _kept.get(key)
    return _kept.put(key, _withheld(source, collection, begun)) if found is None else found


def _withheld(source: Source, collection: str, begun: int | None) -> frozenset[str]:
    cut = source.cut.get(collection, {})
    with prepared.cursor() as cursor:
        cursor.execute(RULES, [source.publication])
        row = cursor.fetchone()
        if row is None:
            return frozenset(cut)
        rules, settings, now, policy = (_json(value) for value in row)
        hidden = _hidden(rules, settings, collection)
        if begun is None:
            return hidden | Rules.of(now, policy).hidden(collection) | frozenset(cut)
        cursor.execute(RULES_THEN, [source.feed, begun])
        then = cursor.fetchone()
    if then is not None:
        hidden |= _hidden(_json(then[0]), _json(then[1]), collection)
    return hidden | {field for field, act in cut.items() if act <= begun}


def _hidden(rules: dict[str, Any], settings: dict[str, Any], collection: str) -> frozenset[str]:
    return Rules.of(rules, settings.get("field_policy", [])).hidden(collection)


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, (str, bytes)) else value
